"""The lines of the ledger outside the system, as this scenario writes and reads them."""

import json

import attrs

from faults.ledger import Ledger


@attrs.frozen(kw_only=True)
class Entry:
    """What happened to a job, or which step began, at a moment (ms since 1970, by the scenario's clock).

    ``attempt``, ``generation`` and ``fence`` are those that a handler was told; ``detail`` is whatever else there is.
    ``line`` is where the entry stands in its ledger.
    """

    word: str
    about: str
    now_ms: int
    attempt: int = 0
    generation: int = 0
    fence: int = 0
    detail: str = ""
    line: int = 0

    @property
    def mark(self) -> str:
        """What tells this attempt from all others of its job; its handler returns it."""
        return f"{self.generation}.{self.attempt}.{self.fence}"


def write(ledger: Ledger, entry: Entry) -> None:
    """Append an entry."""
    ledger.write(entry.word, job=entry.about, detail=json.dumps(attrs.asdict(entry), separators=(",", ":")))


def read(ledger: Ledger) -> list[Entry]:
    """Return every entry, in the order in which they were written."""
    return [
        attrs.evolve(Entry(**json.loads(line.detail)), line=number) for number, line in enumerate(ledger.lines(), 1)
    ]
