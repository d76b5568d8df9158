"""The ledger outside the system: producers, handlers and whoever harms it append to one file what they know."""

import os
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final, Self

import attrs

VARIABLE: Final = "FAULTS_LEDGER"
NONE: Final = "-"


@attrs.frozen
class Line:
    """One entry: a word, the number of an order, the id of a job, a detail, who wrote it, and when.

    The moment is in ns of the machine's monotonic clock, which no fault here touches; ``wall_ns`` is the writer's time
    of day, in ns since 1970. Words are ``try``, ``ack``, ``held``, ``refused`` and ``unanswered`` of producers,
    ``start``, ``end`` and ``fail`` of handlers, ``fault`` and ``over`` of whoever brings a fault about; a fault's own
    word stands in the place of the job.
    """

    word: str
    order: str
    job: str
    detail: str
    pid: int
    at_ns: int
    wall_ns: int


@attrs.frozen
class Ledger:
    """A file of lines, written by any number of processes, which may be killed at any moment."""

    path: Path
    _descriptor: int

    @classmethod
    def at(cls, path: Path) -> Self:
        """Open the ledger at a path."""
        return cls(path, os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600))

    @staticmethod
    @cache
    def of_this_process() -> "Ledger":
        """Return the ledger that the environment names."""
        return Ledger.at(Path(os.environ[VARIABLE]))

    def write(self, word: str, order: str = NONE, job: str = NONE, detail: object = NONE) -> None:
        """Append a line in one piece."""
        told = str(detail).replace(" ", "_")
        line = f"{word} {order} {job} {told} {os.getpid()} {time.monotonic_ns()} {time.time_ns()}\n"
        os.write(self._descriptor, line.encode())

    def lines(self) -> Iterator[Line]:
        """Yield every line, in the order in which they were written."""
        with self.path.open() as lines:
            yield from map(_read, lines)

    def since(self, offset: int) -> tuple[list[Line], int]:
        """Return the lines behind an offset in bytes, and the offset behind them."""
        with self.path.open("rb") as file:
            file.seek(offset)
            whole = file.read().rpartition(b"\n")[0]
        return [_read(line) for line in whole.decode().splitlines()], offset + len(whole) + bool(whole)

    @property
    def size(self) -> int:
        """How many bytes it has; what changes it is a new line."""
        return self.path.stat().st_size

    def count(self, word: str) -> int:
        """Return how many lines have this word."""
        return sum(line.word == word for line in self.lines())


def _read(line: str) -> Line:
    word, order, job, detail, pid, at_ns, wall_ns = line.split()
    return Line(word, order, job, detail, int(pid), int(at_ns), int(wall_ns))
