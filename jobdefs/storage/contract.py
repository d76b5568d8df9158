"""What a store must be able to do, in three parts, one for each kind of caller.

Every method builds a Call; a driver sends it. All moves are atomic, and safe to send again.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

import attrs

from jobdefs.record import JobRecord, Ledger, QueueCounts
from jobdefs.state import State
from jobdefs.storage.call import Call
from jobdefs.unique import UniqueLock

# How much of an envelope a claim brings (lua/include/head.lua).
BEGINNING_BYTES: Final = 8192


# What is made for every single job is not frozen, since the constructor of a frozen class takes twice as long.
@attrs.define(kw_only=True)
class NewJob:
    """A job to be submitted: an envelope as bytes, and when it is due: after ``delay``, or at ``due_at`` if given.

    ``request`` is a digest of everything that was asked for, empty if it is not to be compared: the same id with
    another digest is refused. ``lock`` makes the job unique.
    """

    envelope: bytes
    delay: timedelta = timedelta(0)
    due_at: datetime | None = None
    request: str = ""
    lock: UniqueLock | None = None


class SubmitVerdict(StrEnum):
    """What the store said to a job; the value is the word on the wire.

    ``EXISTING``: its id is there already. ``DUPLICATE``: another job holds its unique key. ``DIFFERENT``: its id is
    there already, for another request.
    """

    CREATED = "created"
    EXISTING = "existing"
    DUPLICATE = "duplicate"
    DIFFERENT = "different"


# Python 3.11 takes half a microsecond to find a member of an enum by its name, which is much for each of many jobs.
_CREATED: Final = SubmitVerdict.CREATED


@attrs.define
class Receipt:
    """What became of a submitted job; unless it was created, ``id`` and ``state`` are those of the job in its way.

    ``state`` is None where only the tombstone of that job remains.
    """

    verdict: SubmitVerdict
    id: str
    state: State | None

    @property
    def created(self) -> bool:
        """Whether the job was put in."""
        return self.verdict is _CREATED


@attrs.frozen
class Move:
    """What became of a cancel or replay: whether it was done, and the state the job is in now.

    A running job that is to be cancelled stays running until its consumer has heard of it. ``holder`` is the job that
    holds the unique key which a replay would need, empty otherwise.
    """

    done: bool
    state: State
    holder: str = ""


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

    ``failures`` is the job's count after it. ``result`` and ``error`` are JSON text, empty for none. ``kind`` tells
    which consumers can run a job that is parked, empty for none: ``digest:name``, for those that announce this name
    with a digest that has not refused the job. ``own_end`` is whether the attempt came to an end of its own; a suspect
    whose process had to be killed stays one.
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
    kind: str = ""
    own_end: bool = True
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


@attrs.define(kw_only=True)
class Claim:
    """A job held under a lease. ``failures`` and ``lost`` count what went before this attempt.

    ``fence`` is how often the job was claimed, this claim included. A ``suspect`` runs in quarantine: its holder
    vanished twice in a row. While ``is_cut`` the rest of a long envelope has to be read from the job's key.
    """

    id: str
    queue: str
    token: str
    envelope: bytes
    failures: int
    lost: int
    generation: int
    claimed_at_ms: int
    fence: int = 0
    suspect: bool = False
    revoked: bytes = b""
    revoked_by_name: bytes = b""

    @property
    def is_cut(self) -> bool:
        """Whether the envelope may go on behind what the claim brought."""
        return len(self.envelope) == BEGINNING_BYTES


@attrs.frozen
class LostLease:
    """A lease that ended without a word of its holder; ``silent`` is how long nothing was heard of him, if known.

    The job is ``given_up``, parked for a person to look at, where its holders vanished too often in a row. It is
    ``released`` where its holder beats and never knew of the lease, since the reply to its claim got lost.
    """

    id: str
    holder: str
    silent: timedelta | None
    given_up: bool = False
    released: bool = False


@attrs.frozen(kw_only=True)
class Exchange:
    """The reply to an exchange. ``next_due_ms`` is when to look again (Unix, milliseconds), None for no such moment.

    ``verdicts`` are those of the first settlements, which are all of them unless there was too much to do at once; the
    others have not been looked at, and are to come with another exchange. It does less than is wanted then, too.
    ``lost`` are the leases that this exchange took away. ``more`` and ``more_suspects`` say whether such jobs remain;
    ``more`` also, whether kinds of parked ones do that were not looked at.
    """

    verdicts: tuple[SettleVerdict, ...]
    claims: tuple[Claim, ...]
    now_ms: int
    next_due_ms: int | None
    more: bool
    more_suspects: bool
    lost: tuple[LostLease, ...]


@attrs.frozen
class Lease:
    """One lease: the job's id, and the token that tells it from earlier and later leases of the same job."""

    id: str
    token: str


@attrs.frozen(kw_only=True)
class Beat:
    """The reply to a beat: leases that are no longer the caller's, and leases of jobs that somebody wants cancelled.

    ``epoch`` and ``schema``, its version, are the key space's: empty and 0 where it was emptied. ``announced`` says
    whether the store still knows what the consumer can run.
    """

    lost: tuple[Lease, ...] = ()
    cancelled: tuple[Lease, ...] = ()
    epoch: str = ""
    announced: bool = True
    schema: int = 0


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


@attrs.frozen
class Repair:
    """What the sweeper mended: a job's id, empty where it was about none, and what was wrong."""

    id: str
    wrong: str


@attrs.frozen
class Sweep:
    """A step of the sweep: how long it is until the next one, whether it ended a pass, and what it mended."""

    wait: timedelta
    ended: bool
    repairs: tuple[Repair, ...]


class Submission(Protocol):
    """For whoever puts jobs in."""

    def submit(self, jobs: Sequence[NewJob], *, confirm: bool) -> Call[tuple[Receipt, ...]]:
        """Put jobs in, all or none; an id that is there already is left alone.

        ``confirm`` makes it write something in any case, so that what waits for the write to be safe covers them all.
        """

    def cancel(self, job_id: str, keep: timedelta) -> Call[Move | None]:
        """Cancel a job, or ask its consumer to if it runs; None where there is no such job."""

    def replay(self, job_id: str) -> Call[Move | None]:
        """Make a dead, cancelled, expired or parked job ready again; None where there is no such job."""


class Inspection(Protocol):
    """For whoever looks at jobs."""

    def open(self, epoch: str) -> Call[KeySpace]:
        """Open the key space, making it with this epoch where there is none."""

    def schema(self) -> Call[int | None]:
        """Read which version the key space has, None where there is none."""

    def find(self, job_id: str) -> Call[JobRecord | None]:
        """Read one job; None where there is no such job."""

    def page(self, *, state: State | None, queue: str, name: str, cursor: str | None, limit: int) -> Call[Page]:
        """Read up to ``limit`` jobs; ``queue`` and ``name`` filter unless empty.

        Raises InvalidOption for a cursor that no page gave.
        """

    def queues(self) -> Call[tuple[QueueCounts, ...]]:
        """Count the jobs of every queue."""

    def ledger(self) -> Call[Ledger]:
        """Read for each name how many jobs were put in, and in which states they are."""


class Execution(Protocol):
    """For whoever runs jobs."""

    def exchange(
        self,
        *,
        queues: Sequence[str],
        want: int,
        suspects: int,
        token: str,
        holder: str,
        settlements: Sequence[Settlement],
        rooms: Sequence[Room],
        again: bool,
    ) -> Call[Exchange]:
        """Settle finished attempts, do upkeep, claim ``want`` jobs and ``suspects`` at most under the token.

        However much there is to do, nobody waits for one exchange for long: it does a part, and the next one goes on.
        ``rooms`` bound how many jobs of some names are claimed. ``again`` says that an earlier call with this token got
        no reply: the claims it made come back.
        """

    def beat(self, *, holder: str, held: Sequence[Lease]) -> Call[Beat]:
        """Say that the consumer is present and extend its leases."""

    def announce(self, *, holder: str, abilities: Mapping[str, str]) -> Call[None]:
        """Say which jobs the consumer can run: the digest of each name's definition; beats keep that in mind."""


class Upkeep(Protocol):
    """For whoever looks after the key space itself."""

    def sweep(self) -> Call[Sweep]:
        """Compare a part of the jobs with the indexes in which they stand, and mend what disagrees.

        It takes up where the last step ended, whoever took that, and does nothing before the moment that was told then.
        """

    def upgrade(self, schema: int) -> Call[bool]:
        """Carry a part of the key space over from this version to the next; False once nothing of it is left."""
