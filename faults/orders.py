"""What is enqueued: jobs of all kinds, mixed by a seed."""

import random
import secrets
import time
from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from typing import Final

import attrs

from faults.jobs import AsyncWork, Pill, Stuck, Work
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


HARMLESS: Final = tuple(kind for kind in Kind if kind is not Kind.PILL)


@attrs.frozen
class Order:
    """One job to enqueue, by its producer's own ``number``; ``key`` is that of a unique job.

    ``due_ns`` is the moment of the monotonic clock at which it is due, where it has one.

    It goes in under an id or an idempotency key of its own, so that it may be tried again.
    """

    number: str
    kind: Kind
    payload: Work | Pill | Stuck
    options: EnqueueOptions
    key: str = ""
    due_ns: int | None = None

    @property
    def delay(self) -> timedelta:
        """How long the job is to wait before it is due, if it is put in now."""
        if self.due_ns is not None:
            return timedelta(microseconds=max(0, self.due_ns - time.monotonic_ns()) // 1000)
        return self.options.get("delay", timedelta(0))

    def due_after_ns(self, tried_ns: int) -> int:
        """Return when the job is due at the earliest, if it was put in after a moment; both of the monotonic clock."""
        return self.due_ns or tried_ns + int(self.options.get("delay", timedelta(0)).total_seconds() * 1e9)


def orders(count: int, seed: int, kinds: tuple[Kind, ...] = HARMLESS, nap_ms: int = NAP_MS) -> Iterator[Order]:
    """Yield so many orders of harmless jobs; the same ones for the same seed but for their ids."""
    dice = random.Random(seed)
    for number in range(count):
        yield _order(kinds[number % len(kinds)], number, dice, nap_ms)


def single(number: str, payload: Work | Pill | Stuck) -> Order:
    """Return the order of one job that is not of the mix."""
    kind = Kind.NAP if isinstance(payload, Work) else Kind.PILL
    return Order(number, kind, payload, EnqueueOptions(id=secrets.token_hex(16)))


def _order(kind: Kind, number: int, dice: random.Random, nap_ms: int) -> Order:
    # A key is unique among the jobs of one name.
    group = number // (len(Kind) * _PER_KEY)
    cls = (Work, AsyncWork)[group % 2 if kind is Kind.UNIQUE else dice.randrange(2)]
    payload = cls(
        order=str(number),
        nap_ms=nap_ms if kind in (Kind.NAP, Kind.UNIQUE) else 0,
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
    return Order(str(number), kind, payload, options, key)
