"""What is enqueued: jobs of all kinds, mixed by a seed."""

import random
import secrets
from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from typing import Final

import attrs

from bench.chaos.work import AsyncWork, Pill, Work
from service.options import EnqueueOptions

NAP_MS: Final = 50
_LONGEST_DELAY_MS: Final = 3_000
_PER_KEY: Final = 4


class Kind(StrEnum):
    """What is special about a job."""

    NO_OP = "no-op"
    NAP = "nap"
    FAILING = "failing"
    DELAYED = "delayed"
    UNIQUE = "unique"
    LEADING = "leading"
    PILL = "pill"


@attrs.frozen
class Order:
    """One job to enqueue under an id of our own, so that it may be tried again; ``key`` is that of a unique job."""

    kind: Kind
    payload: Work | Pill
    options: EnqueueOptions
    key: str = ""

    @property
    def id(self) -> str:
        """The job's id."""
        return self.options["id"] or ""


def orders(count: int, seed: int) -> Iterator[Order]:
    """Yield so many orders of harmless jobs; the same ones for the same seed but for their ids."""
    dice, kinds = random.Random(seed), [kind for kind in Kind if kind is not Kind.PILL]
    for number in range(count):
        yield _order(kinds[number % len(kinds)], number, dice)


def pill(way: str) -> Order:
    """Return the order of one pill."""
    return Order(Kind.PILL, Pill(way), EnqueueOptions(id=secrets.token_hex(16)))


def _order(kind: Kind, number: int, dice: random.Random) -> Order:
    # A key is unique among the jobs of one name.
    group = number // (len(Kind) * _PER_KEY)
    cls = (Work, AsyncWork)[group % 2 if kind is Kind.UNIQUE else dice.randrange(2)]
    payload = cls(
        nap_ms=NAP_MS if kind in (Kind.NAP, Kind.UNIQUE) else 0,
        failures=int(kind is Kind.FAILING),
        leads=kind is Kind.LEADING,
    )
    options = EnqueueOptions(id=secrets.token_hex(16))
    if kind is Kind.DELAYED:
        options["delay"] = timedelta(milliseconds=dice.randrange(_LONGEST_DELAY_MS))
    key = ""
    if kind is Kind.UNIQUE:
        key = f"key-{group}"
        options |= EnqueueOptions(unique_key=key, on_conflict=dice.choice(("existing", "error", "replace")))
    return Order(kind, payload, options, key)
