"""What a changed definition would break, where, and how that is mended."""

from enum import StrEnum
from typing import Final

import attrs

from jobdefs.definition import Definition
from service.evolution.refusal import Kind, Refusal


class Direction(StrEnum):
    """Who reads what: a change is judged both ways."""

    QUEUED = "queued"
    ROLLING = "rolling"


MEANINGS: Final = {
    Direction.QUEUED: "queued jobs: new code reads old payloads",
    Direction.ROLLING: "a rolling deploy: old code reads new payloads",
}


@attrs.frozen
class Finding:
    """One thing that breaks: a JSON path, why the reader refuses what is there, and what to do.

    ``certain`` is false where some values may still be read, and no schema tells which.
    """

    direction: Direction
    path: str
    reason: str
    mend: str
    certain: bool = True


def found(definition: Definition, direction: Direction, refusal: Refusal) -> Finding:
    """Return what a refusal of one schema by another means for a definition whose version stayed."""
    path = f"${refusal.path}"
    mend = _QUEUED[refusal.kind] if direction is Direction.QUEUED else _ROLLING
    told = mend.format(field=path.rpartition(".")[2], bump=bump(definition))
    if direction is Direction.QUEUED and not refusal.certain:
        told += "; where you know that all old values fit, it may return the payload as it is"
    return Finding(direction, path, refusal.reason, told, refusal.certain)


def bump(definition: Definition) -> str:
    """Return how a definition gets its next version."""
    version, cls = definition.version, definition.payload.__qualname__
    return f"set version={version + 1} and add @upgrades({cls}, from_version={version})"


_ROLLING: Final = "{bump}; or deploy consumers before producers, and say --consumers-first"
_QUEUED: Final = {
    Kind.MISSING: "give {field} a default; or {bump}",
    Kind.UNKNOWN: "keep {field}, with a default, until no such job is left; or {bump}",
    Kind.VALUE: "accept what was accepted before; or {bump}",
}
