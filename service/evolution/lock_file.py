"""Reads the lock file, which people merge and edit, and writes it."""

import json
import re
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, Final, Literal, NoReturn

import attrs

from jobdefs.errors import LockError
from jobdefs.wire.misfit import Misfit
from jobdefs.wire.types import form_of
from service.evolution.lock import FORMAT, Lock, Locked

_MARKER: Final = re.compile(r"^(<{7}|={7}|>{7})( |$)", re.MULTILINE)
_RESTORE: Final = "restore the file from version control"


@attrs.frozen
class _Version:
    digest: str
    schema: dict[str, Any]
    samples: list[Any]


@attrs.frozen
class _File:
    format: Literal[1]
    definitions: dict[str, dict[str, _Version]]


def read(path: Path, forgiven: Collection[str] = ()) -> Lock:
    """Return what a lock file says; ``forgiven`` are names whose entries may have been edited by hand.

    Raises LockError, which says what is wrong with the file and what to do.
    """
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise LockError(str(path), "there is no such file; write it with `schema lock`, and commit it") from None
    except (OSError, UnicodeDecodeError) as error:
        raise LockError(str(path), f"it cannot be read: {error}") from error
    file = _file(path, text)
    for name, versions in file.definitions.items():
        _check(path, name, versions, edited=name in forgiven)
    return Lock(
        {
            name: {int(number): Locked(one.schema, tuple(one.samples)) for number, one in versions.items()}
            for name, versions in file.definitions.items()
        }
    )


def write(path: Path, lock: Lock) -> None:
    """Put a lock file in the place of the one that is there, as a whole or not at all; raises LockError."""
    beside = path.with_name(f"{path.name}.new")
    try:
        beside.write_text(lock.text(), "utf-8")
        beside.replace(path)
    except OSError as error:
        raise LockError(str(path), f"it cannot be written: {error.strerror}") from error


def _file(path: Path, text: str) -> _File:
    if found := _MARKER.search(text):
        line = text.count("\n", 0, found.start()) + 1
        _refuse(path, f"line {line} is a merge conflict marker; take either side whole, and run `schema lock`")
    try:
        value = json.loads(text, object_pairs_hook=_members)
    except (ValueError, RecursionError) as error:
        _refuse(path, f"it is no JSON: {error}; {_RESTORE}")
    if isinstance(value, dict) and type(value.get("format")) is int and value["format"] > FORMAT:
        _refuse(path, f"it has format {value['format']}, and this program knows {FORMAT}; install a newer aiohttp-huey")
    try:
        file: _File = form_of(_File).structure(value)
    except Misfit as misfit:
        fault = misfit.faults("$")[0]
        _refuse(path, f"{fault.path}: {fault.reason}; {_RESTORE}")
    return file


def _members(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for key, value in pairs:
        if key in members:
            raise ValueError(f"the key {json.dumps(key)} appears twice in one object")
        members[key] = value
    return members


def _check(path: Path, name: str, versions: dict[str, _Version], *, edited: bool) -> None:
    for number in versions:
        if not re.fullmatch("[1-9][0-9]{0,3}", number):
            _refuse(path, f"{name}: {number!r} is no version; {_RESTORE}")
    for number, one in () if edited else versions.items():
        if Locked(one.schema, tuple(one.samples)).digest(name, int(number), map(int, versions)) != one.digest:
            reason = (
                f"{name} version {number}, or one before it, was edited by hand: it does not have its digest any more"
            )
            _refuse(path, f"{reason}; {_RESTORE}, or forget what is locked with `schema lock --reset {name}`")


def _refuse(path: Path, reason: str) -> NoReturn:
    raise LockError(str(path), reason) from None
