"""A ledger outside the system under test: handlers write down when they start and when they end."""

import os
from collections import Counter
from pathlib import Path
from typing import Final

import attrs

VARIABLE: Final = "TEST_LEDGER"


@attrs.frozen
class Ledger:
    """A file of lines ``word subject process``, written by any number of processes."""

    path: Path

    @classmethod
    def of_this_process(cls) -> "Ledger":
        """Return the ledger that the environment names."""
        return cls(Path(os.environ[VARIABLE]))

    def write(self, word: str, subject: str) -> None:
        """Append a line in one piece."""
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        try:
            os.write(descriptor, f"{word} {subject} {os.getpid()}\n".encode())
        finally:
            os.close(descriptor)

    def clear(self) -> None:
        """Begin anew."""
        self.path.unlink(missing_ok=True)

    def entries(self) -> list[tuple[str, str, int]]:
        """Return every word with its subject and the process that wrote it."""
        if not self.path.exists():
            return []
        lines = (line.split(" ") for line in self.path.read_text().splitlines())
        return [(word, subject, int(process)) for word, subject, process in lines]

    def subjects(self, word: str) -> list[str]:
        """Return the subjects of a word in the order in which they were written."""
        return [subject for found, subject, _ in self.entries() if found == word]

    def under_way(self, process: int | None = None) -> int:
        """Count the handlers between start and end, in one process or in all."""
        words = Counter(word for word, _, writer in self.entries() if process in (None, writer))
        return words["start"] - words["end"]

    def most_at_once(self) -> int:
        """Count how many handlers were between start and end at the most."""
        steps = {"start": 1, "end": -1}
        now = most = 0
        for word, _, _ in self.entries():
            now += steps.get(word, 0)
            most = max(most, now)
        return most
