"""What the store knows of one job."""

import attrs

from jobdefs.state import State


@attrs.frozen(kw_only=True)
class Envelope:
    """A job as its producer wrote it down (wire/FORMAT.md). ``payload`` is JSON text, opaque to the store.

    ``enqueued_at_ms`` is 0 until the store has stamped it, by its own clock. The job expires ``expires_in_ms`` after
    that moment if no attempt has begun. ``attempts`` overrides the definition's retry policy.
    """

    id: str
    name: str
    queue: str
    priority: int
    payload: bytes
    enqueued_at_ms: int = 0
    expires_in_ms: int | None = None
    attempts: int | None = None


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
    ``result`` is JSON text.
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
    result: bytes | None = None
    events: tuple[Event, ...] = ()


@attrs.frozen(kw_only=True)
class QueueCounts:
    """How many jobs of a queue wait and run; ``oldest_ready_ms`` is the age of the oldest ready one, if there is one."""

    name: str
    ready: int
    scheduled: int
    running: int
    suspect: int
    oldest_ready_ms: int | None
