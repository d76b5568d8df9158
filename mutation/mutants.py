"""Mutants: the scripts with one line altered. Only those count that a server can still compile."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import attrs
import redis

from mutation.alterations import alterations

ROOT: Final = Path(__file__).resolve().parent.parent
_SCRIPTS: Final = ROOT / "jobdefs" / "storage" / "lua"


@attrs.frozen
class Mutant:
    """A file of the scripts, relative to the project, with its line ``number`` (the first is 1) altered."""

    file: Path
    number: int
    line: str
    altered: str

    @property
    def place(self) -> str:
        """Where it is, as a compiler would say it."""
        return f"{self.file.relative_to(_SCRIPTS.relative_to(ROOT))}:{self.number}"

    def text(self) -> str:
        """Return the whole file with the line altered."""
        lines = (ROOT / self.file).read_text("utf-8").splitlines()
        lines[self.number - 1] = self.altered
        return "\n".join(lines) + "\n"


def unaltered(mutant: Mutant) -> Mutant:
    """Return what is no mutant: the same line as it is."""
    return attrs.evolve(mutant, altered=mutant.line)


def mutants() -> Iterator[Mutant]:
    """Yield every mutant, in the order of files and lines, those included that do not compile."""
    for file in sorted(_SCRIPTS.rglob("*.lua")):
        for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1):
            for altered in alterations(line):
                yield Mutant(file.relative_to(ROOT), number, line, altered)


def drawn(client: redis.Redis, count: int, seed: int, part: str = "") -> list[Mutant]:
    """Return ``count`` mutants that compile, of the files with ``part`` in their path, as this seed draws them."""
    lots = {mutant: _lot(mutant, seed) for mutant in mutants() if part in mutant.place}
    viable = (mutant for mutant in sorted(lots, key=lambda mutant: lots[mutant]) if _compiles(client, mutant))
    return sorted((mutant for mutant, _ in zip(viable, range(count), strict=False)), key=lambda mutant: mutant.place)


def _lot(mutant: Mutant, seed: int) -> bytes:
    """Return by what mutants are drawn: it stays the same, whatever is changed in other lines."""
    return hashlib.sha256(f"{seed} {mutant.file} {mutant.line} {mutant.altered}".encode()).digest()


def _compiles(client: redis.Redis, mutant: Mutant) -> bool:
    try:
        client.script_load(mutant.text())
    except redis.ResponseError:
        return False
    return True
