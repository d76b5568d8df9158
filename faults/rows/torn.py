"""The append-only file ends in the midst of a write: F16."""

import shutil
from collections.abc import Iterator
from typing import Final

from faults.agreement import disagreements
from faults.ground import files_of
from faults.judge import Case
from faults.row import Row
from faults.server import Server
from faults.setup import Setup
from faults.stage import Stage
from faults.tools import append_only, power

_TORN: Final = "torn"
_WRONG: Final = "wrong"
_NOTHING: Final = "-"


def tear_copies(stage: Stage) -> None:
    """Kill the server under load, tear copies of its file at random bytes, look at what each of them becomes, go on."""
    stage.until(lambda: stage.count("end") >= stage.either((60, 300)), "jobs that have ended")
    stage.server.kill()
    for number in range(stage.either((6, 100))):
        found = _torn(stage, number)
        stage.fault(_TORN, found[0] if found else _NOTHING)
    stage.server.start()


def _torn(stage: Stage, number: int) -> list[str]:
    copy = Server(stage.server.kind, stage.place / f"t{number}", stage.server.options)
    shutil.copytree(files_of(stage), copy.place / "appendonlydir")
    assert power.tear(copy.place, stage.dice.random()) > 0
    _count(stage, append_only.newest(copy.place).read_bytes())
    try:
        return [*disagreements(copy.start().url), *_forgetful(stage, copy)]
    finally:
        copy.stop()
        shutil.rmtree(copy.place)


def _count(stage: Stage, file: bytes) -> None:
    """Count how many copies end within a script's effects, which stand between these two words."""
    stage.notes["within"] = stage.notes.get("within", 0) + (file.rfind(b"\r\nMULTI\r\n") > file.rfind(b"\r\nEXEC\r\n"))


def _forgetful(stage: Stage, copy: Server) -> Iterator[str]:
    """Yield whether what is written behind the torn end is lost with it when the server starts again.

    Redis 7.0 needs a new file for that: it leaves the beginning of the torn script in the old one, and whatever follows
    counts as a part of it at the next start (Valkey mended that: its pull request 4342).
    """
    with copy.client() as client:
        client.bgrewriteaof()
        stage.until(lambda: not copy.info("persistence")["aof_rewrite_in_progress"], "a new append-only file")
        client.set("behind", "it")
    copy.kill()
    copy.start()
    with copy.client() as client:
        if client.get("behind") != b"it":
            yield "what was written after the start is lost at the next one"


def torn(stage: Stage) -> str:
    """Tell how many copies there were, and how many were torn within a script's effects."""
    count, within = stage.happened(_TORN), round(stage.notes["within"])
    return f"{count} copies torn at a random byte, {within} of them within what one script wrote" if count else ""


def nothing_half_done(stage: Stage, _case: Case) -> Iterator[str]:
    """Of each script, a torn file has all effects or none."""
    for line in stage.ledger.lines():
        if line.job == _TORN and line.detail != _NOTHING:
            yield f"a torn copy disagrees with itself: {line.detail}"


ROWS: Final = (
    Row(
        id="F16",
        title="the append-only file is torn at a random byte, and a server starts from it",
        setup=Setup(seconds=(3.0, 20.0)),
        inject=tear_copies,
        evidence=torn,
        promises=nothing_half_done,
        rival="it keeps nothing that could disagree",
    ),
)
