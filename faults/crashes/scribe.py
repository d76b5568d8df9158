"""Who writes into the ledger in this process, and what time it is here."""

from contextvars import ContextVar
from datetime import timedelta
from typing import Final

import attrs

from consumer import JobContext
from faults.crashes import entries
from faults.crashes.entries import Entry
from faults.ledger import Ledger
from jobdefs.clock import to_ms

_SCRIBE: Final[ContextVar["Scribe"]] = ContextVar("scribe")
_START_MS: Final = 1_800_000_000_000


@attrs.define
class Scribe:
    """Writes entries with the scenario's time, which stands still until somebody moves it."""

    ledger: Ledger
    now_ms: int

    @classmethod
    def taking_over(cls, ledger: Ledger) -> "Scribe":
        """Return one for whom it is as late as it was for the last one who wrote."""
        written = entries.read(ledger)
        return cls(ledger, written[-1].now_ms if written else _START_MS)

    def write(self, word: str, about: str, detail: str = "") -> None:
        """Write an entry."""
        entries.write(self.ledger, Entry(word=word, about=about, now_ms=self.now_ms, detail=detail))

    def write_attempt(self, word: str, context: JobContext, detail: str = "") -> Entry:
        """Write what a handler is doing, and return that."""
        entry = Entry(
            word=word,
            about=context.id,
            now_ms=self.now_ms,
            attempt=context.attempt,
            generation=context.generation,
            fence=context.fence,
            detail=detail,
        )
        entries.write(self.ledger, entry)
        return entry

    def knows(self, word: str, about: str) -> bool:
        """Whether there is such an entry."""
        return any((entry.word, entry.about) == (word, about) for entry in entries.read(self.ledger))

    def wait(self, duration: timedelta) -> None:
        """Let time pass."""
        self.now_ms += to_ms(duration)

    def sit_down(self) -> None:
        """Be the scribe of this process."""
        _SCRIBE.set(self)


def scribe() -> Scribe:
    """Return the scribe of this process."""
    return _SCRIBE.get()
