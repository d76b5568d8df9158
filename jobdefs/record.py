"""What the store knows of one job."""

from collections.abc import Iterator

import attrs

from jobdefs.policy import FIRST_VERSION
from jobdefs.state import State


# Not frozen, since one is made per claim, and the constructor of a frozen class takes twice as long.
@attrs.define(kw_only=True)
class Envelope:
    """A job as its producer wrote it down (wire/FORMAT.md). ``payload`` is JSON text, opaque to the store.

    ``enqueued_at_ms`` is 0 until the store has stamped it, by its own clock. The job expires ``expires_in_ms`` after
    that moment if no attempt has begun. ``attempts`` overrides the definition's retry policy. ``version`` is the one
    that the definition had when the payload was written.
    """

    id: str
    name: str
    queue: str
    priority: int
    payload: bytes
    enqueued_at_ms: int = 0
    expires_in_ms: int | None = None
    attempts: int | None = None
    version: int = FIRST_VERSION


@attrs.frozen
class JobError:
    """How an attempt failed. ``traceback`` is text, empty where there is none."""

    type: str
    message: str
    traceback: str = ""


@attrs.frozen(kw_only=True)
class Event:
    """Something that happened to a job at a moment (Unix, milliseconds, by the store's clock)."""

    name: str
    at_ms: int
    attempt: int = 0
    detail: str = ""


@attrs.frozen(kw_only=True)
class JobRecord:
    """One job as the store holds it. Moments are Unix milliseconds by the store's clock, None where they have not come.

    ``failures`` counts attempts whose handler raised, ``lost`` counts attempts whose holder vanished;
    ``generation`` grows with each replay. ``envelope`` is None where the stored bytes cannot be read: ``raw`` has them.
    ``result`` is JSON text. ``kind`` tells which consumers a parked job is offered to (wire/FORMAT.md), empty for none.
    """

    id: str
    state: State
    envelope: Envelope | None
    raw: bytes
    queue: str
    priority: int
    failures: int = 0
    lost: int = 0
    generation: int = 0
    due_at_ms: int | None = None
    claimed_at_ms: int | None = None
    finished_at_ms: int | None = None
    holder: str = ""
    error: JobError | None = None
    reason: str = ""
    kind: str = ""
    result: bytes | None = None
    events: tuple[Event, ...] = ()


@attrs.frozen(kw_only=True)
class QueueCounts:
    """How many jobs of a queue wait and run; ``oldest_ready_ms`` is the age of the oldest ready one, if any."""

    name: str
    ready: int
    scheduled: int
    running: int
    suspect: int
    oldest_ready_ms: int | None


@attrs.frozen(kw_only=True)
class LedgerEntry:
    """How many jobs of a name were put in, and in which state they are or ended; a replayed one did not end."""

    name: str
    enqueued: int = 0
    scheduled: int = 0
    ready: int = 0
    running: int = 0
    suspect: int = 0
    parked: int = 0
    succeeded: int = 0
    dead: int = 0
    cancelled: int = 0
    expired: int = 0

    @property
    def balanced(self) -> bool:
        """Whether each job that was put in is in some state."""
        return bool(self.enqueued == sum(getattr(self, state.value) for state in State))


@attrs.frozen
class Ledger:
    """All names in order, the number of jobs in each index by its state, and how often the sweeper has repaired.

    ``stale`` is how many ends of attempts came after their lease was lost, and were refused.
    """

    entries: tuple[LedgerEntry, ...]
    standing: dict[State, int]
    repairs: int
    stale: int

    @property
    def faults(self) -> tuple[str, ...]:
        """What does not agree, a line each: names whose jobs are not all in some state, indexes of another size."""
        return (*map(_imbalance, filter(lambda entry: not entry.balanced, self.entries)), *self._disagreements())

    def _disagreements(self) -> Iterator[str]:
        for state, standing in self.standing.items():
            counted = sum(getattr(entry, state.value) for entry in self.entries)
            if counted != standing:
                yield f"{counted} jobs are {state}, and {standing} stand in the indexes of these"


def _imbalance(entry: LedgerEntry) -> str:
    states = ", ".join(f"{count} {state}" for state in State if (count := getattr(entry, state.value)))
    return f"{entry.name}: {entry.enqueued} jobs were put in, and there are {states or 'none'}"
