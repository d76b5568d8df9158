"""What a store must be able to do, in three parts, one for each kind of caller.

Every method builds a Call; a driver sends it. All moves are atomic, and safe to send again.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

import attrs

from jobdefs.record import JobRecord, QueueCounts
from jobdefs.state import State
from jobdefs.storage.call import Call


@attrs.frozen(kw_only=True)
class NewJob:
    """A job to be submitted: an envelope as bytes, and when it is due: after ``delay``, or at ``due_at`` if given."""

    envelope: bytes
    delay: timedelta = timedelta(0)
    due_at: datetime | None = None


@attrs.frozen
class Receipt:
    """What became of a submitted job. ``created`` is False where its id was there already, and ``state`` is that job's.

    ``state`` is None where only the tombstone of a job remains.
    """

    created: bool
    state: State | None


@attrs.frozen
class Move:
    """What became of a cancel or replay: whether it was done, and the state the job is in now."""

    done: bool
    state: State


class Outcome(StrEnum):
    """How an attempt ended; the value is the word on the wire."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SNOOZED = "snoozed"
    RELEASED = "released"
    DEAD = "dead"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    PARKED = "parked"


@attrs.frozen
class Effect:
    """Something that a settlement causes: its kind and arguments (lua/include/effects.lua)."""

    kind: str
    args: tuple[str | bytes | int, ...]


@attrs.define(kw_only=True)
class Settlement:
    """The end of one attempt.

    ``failures`` is the job's count after it. ``result`` and ``error`` are JSON text, empty for none.
    """

    id: str
    token: str
    outcome: Outcome
    failures: int = 0
    delay: timedelta = timedelta(0)
    keep: timedelta = timedelta(hours=24)
    keep_result: timedelta | None = None
    keep_history: timedelta | None = None
    result: bytes = b""
    error: bytes = b""
    detail: str = ""
    effects: list[Effect] = attrs.field(factory=list)


@attrs.frozen
class Room:
    """How many jobs of these names a consumer can take; the name ``huey:`` stands for every plain Huey task."""

    most: int
    names: tuple[str, ...]


class SettleVerdict(StrEnum):
    """What the store said to a settlement. ``STALE``: the lease belongs to somebody else, nothing was changed."""

    SETTLED = "settled"
    REPEATED = "repeated"
    STALE = "stale"


@attrs.frozen(kw_only=True)
class Claim:
    """A job held under a lease. ``failures`` and ``lost`` count what went before this attempt."""

    id: str
    queue: str
    token: str
    envelope: bytes
    failures: int
    lost: int
    generation: int
    claimed_at_ms: int
    revoked: bytes = b""
    revoked_by_name: bytes = b""


@attrs.frozen(kw_only=True)
class Exchange:
    """The reply to an exchange. ``next_due_ms`` is when to look again (Unix, milliseconds), None for no such moment."""

    verdicts: tuple[SettleVerdict, ...]
    claims: tuple[Claim, ...]
    now_ms: int
    next_due_ms: int | None
    more: bool
    reclaimed: int


@attrs.frozen
class Page:
    """Some jobs, and the cursor for the next page (None at the end)."""

    jobs: tuple[JobRecord, ...]
    cursor: str | None


@attrs.frozen
class KeySpace:
    """The key space as it was found: schema version, random epoch, and the store's time (Unix, milliseconds)."""

    schema: int
    epoch: str
    now_ms: int


class Submission(Protocol):
    """For whoever puts jobs in."""

    def submit(self, jobs: Sequence[NewJob]) -> Call[tuple[Receipt, ...]]:
        """Put jobs in, all or none; an id that is there already is left alone."""

    def cancel(self, job_id: str, keep: timedelta) -> Call[Move | None]:
        """Cancel a job that waits; None where there is no such job."""

    def replay(self, job_id: str) -> Call[Move | None]:
        """Make a dead, cancelled, expired or parked job ready again; None where there is no such job."""


class Inspection(Protocol):
    """For whoever looks at jobs."""

    def open(self, epoch: str) -> Call[KeySpace]:
        """Open the key space, making it with this epoch where there is none."""

    def find(self, job_id: str) -> Call[JobRecord | None]:
        """Read one job; None where there is no such job."""

    def page(self, *, state: State | None, queue: str, name: str, cursor: str | None, limit: int) -> Call[Page]:
        """Read up to ``limit`` jobs; ``queue`` and ``name`` filter unless empty.

        Raises InvalidOption for a cursor that no page gave.
        """

    def queues(self) -> Call[tuple[QueueCounts, ...]]:
        """Count the jobs of every queue."""


class Execution(Protocol):
    """For whoever runs jobs."""

    def exchange(
        self,
        *,
        queues: Sequence[str],
        want: int,
        token: str,
        holder: str,
        settlements: Sequence[Settlement],
        rooms: Sequence[Room],
        again: bool,
    ) -> Call[Exchange]:
        """Settle finished attempts, do upkeep, claim up to ``want`` jobs of the queues under the token.

        ``rooms`` bound how many jobs of some names are claimed. ``again`` says that an earlier call with this token got
        no reply: the claims it made come back.
        """

    def beat(self, *, holder: str, held: Sequence[tuple[str, str]]) -> Call[tuple[str, ...]]:
        """Say that the consumer is present and extend its leases (id, token); the reply names those it has lost."""
