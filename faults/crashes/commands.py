"""What a request is called: the command, and of a script its name."""

from functools import cache
from importlib.resources import files

from faults.tools.resp import words
from jobdefs.storage.scripts import script


def name(request: bytes) -> str:
    """Return the name of a request: ``INFO``, or ``EVALSHA exchange``."""
    command, *rest = words(request)
    told = command.decode().upper()
    if told == "EVALSHA":
        return f"{told} {_scripts()[rest[0].decode()]}"
    if told == "EVAL":
        return f"{told} {next(each for each, source in _sources().items() if source == rest[0])}"
    return told


@cache
def _scripts() -> dict[str, str]:
    return {script(each).sha: each for each in _names()}


@cache
def _sources() -> dict[str, bytes]:
    return {each: script(each).source.encode() for each in _names()}


def _names() -> list[str]:
    folder = files("jobdefs.storage") / "lua"
    return [each.name.removesuffix(".lua") for each in folder.iterdir() if each.name.endswith(".lua")]
