"""The ledger outside the system: producers, handlers and the killer append to one file what they know themselves."""

import os
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final, Self

import attrs

VARIABLE: Final = "CHAOS_BOOK"


@attrs.frozen
class Line:
    """One entry: a word, what it is about, a detail, who wrote it, and when (ns of the machine's monotonic clock)."""

    word: str
    subject: str
    detail: str
    pid: int
    at_ns: int


@attrs.frozen
class Book:
    """A file of lines, written by any number of processes, which may be killed at any moment."""

    path: Path
    _descriptor: int

    @classmethod
    def at(cls, path: Path) -> Self:
        """Open the book at a path."""
        return cls(path, os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600))

    @staticmethod
    @cache
    def of_this_process() -> "Book":
        """Return the book that the environment names."""
        return Book.at(Path(os.environ[VARIABLE]))

    def write(self, word: str, subject: str, detail: str = "-") -> None:
        """Append a line in one piece."""
        os.write(self._descriptor, f"{word} {subject} {detail} {os.getpid()} {time.monotonic_ns()}\n".encode())

    def lines(self) -> Iterator[Line]:
        """Yield every line, in the order in which they were written."""
        with self.path.open() as lines:
            for line in lines:
                word, subject, detail, pid, at_ns = line.split()
                yield Line(word, subject, detail, int(pid), int(at_ns))
