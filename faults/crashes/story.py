"""The story of each job: what its client and its handlers wrote down, and then what the store says of it."""

import json
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

import attrs

from faults.crashes.entries import Entry
from faults.crashes.orders import ORDERS, Order
from jobdefs.record import JobRecord

_OF_NO_JOB: Final = ("step", "heal")
# A follow-up, or a job that nobody knows.
STRANGER: Final = Order("")


@attrs.define
class Story:
    """One job. A follow-up ``follows`` another job."""

    id: str
    order: Order
    follows: str = ""
    entries: list[Entry] = attrs.field(factory=list)
    record: JobRecord | None = None

    def told(self, word: str) -> list[Entry]:
        """Return the entries with this word, in order."""
        return [entry for entry in self.entries if entry.word == word]

    @property
    def counts(self) -> bool:
        """Whether it has to end: it was acknowledged, or has begun."""
        return bool(self.told("ack") or self.told("start"))

    @property
    def accepted(self) -> Entry | None:
        """The end that the store has taken in, by the result that it keeps."""
        kept = self.record.result if self.record else None
        return next((entry for entry in self.told("end") if json.dumps(entry.mark).encode() == kept), None)

    @property
    def repeats(self) -> int:
        """How many runs were of an attempt that had begun before."""
        starts = self.told("start")
        return len(starts) - len({(entry.generation, entry.attempt) for entry in starts})

    @property
    def lives(self) -> list[list[str]]:
        """Return the names of its events, from its enqueue or a replay on each."""
        names = [event.name for event in self.record.events] if self.record else []
        bounds = [0, *(place for place, name in enumerate(names) if name == "replayed"), len(names)]
        return [names[start:end] for start, end in pairwise(bounds)]


def stories(entries: Iterable[Entry]) -> dict[str, Story]:
    """Return the story of every job of which there is an entry, by its id."""
    told: dict[str, Story] = {}
    for entry in entries:
        if entry.word in _OF_NO_JOB:
            continue
        if entry.word == "end" and entry.detail:
            told[entry.detail] = Story(entry.detail, STRANGER, follows=entry.about)
        told.setdefault(entry.about, Story(entry.about, ORDERS.get(entry.about, STRANGER))).entries.append(entry)
    return told
