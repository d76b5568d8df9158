"""Everything that this project raises on purpose.

    JobsError
    ├── DefinitionError            a definition, or the set of them, is wrong
    ├── LockError                  the lock file of the schemas cannot be used
    ├── HandlerError               handlers and definitions do not fit together
    ├── SettingsError              a setting is wrong
    ├── RequestError               what was asked for cannot be done as asked
    │   ├── UnknownJob             no definition has this name
    │   ├── InvalidBody            the bytes are no acceptable JSON
    │   ├── InvalidPayload         the JSON does not fit the payload class
    │   ├── InvalidOption          an enqueue option is out of range
    │   ├── TooLarge               a payload or a result is over its limit
    │   ├── JobNotFound            no job has this id
    │   ├── WrongState             the job's state does not allow the move
    │   ├── DuplicateJob           another job holds the unique key
    │   └── IdempotencyConflict    the id or key was used for another request
    ├── UnreadableEnvelope         stored bytes are no job that this version can read
    ├── UnreadablePayload          a stored payload cannot be made into one of this program's version
    │   ├── NewerPayload           it has a version that this program does not know
    │   └── UpgradeFailed          an upgrade raised, or returned no object
    ├── UnwritableResult           what a handler returned has no written form
    └── StoreError                 the store did not do what was asked
        ├── StoreUnavailable       no answer in time: try again
        ├── StoreFull              the server is out of memory: try again later
        ├── NotDurable             the durability asked for was not reached: send it again
        ├── StoreUnsuitable        this server cannot keep the promises
        └── StoreCorrupt           a key of the jobs holds what is none of theirs

    NotRetryable, Snooze           raised by handlers, to steer what follows

Each class carries a stable ``code``, which clients may compare.
"""

from datetime import timedelta
from typing import ClassVar

import attrs


class JobsError(Exception):
    """Base of everything raised on purpose; its text is fit to be shown to a person."""

    code: ClassVar[str] = "jobs_error"


class DefinitionError(JobsError):
    """A definition, or the set of definitions, is wrong."""

    code = "definition_invalid"


class HandlerError(JobsError):
    """Handlers and definitions do not fit together."""

    code = "handler_invalid"


class LockError(JobsError):
    """The lock file of the schemas cannot be used; ``reason`` says why, and what to do."""

    code = "lock_invalid"

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}.")
        self.path = path
        self.reason = reason


class SettingsError(JobsError):
    """A setting is missing, malformed or out of range."""

    code = "setting_invalid"


class RequestError(JobsError):
    """What was asked for cannot be done as asked; asking again will not help."""

    code = "request_invalid"


class UnknownJob(RequestError):
    """No definition has this name; ``matches`` are names that look like it."""

    code = "job_unknown"

    def __init__(self, name: str, matches: tuple[str, ...] = ()) -> None:
        hint = f"Did you mean {' or '.join(matches)}?" if matches else "Is its module named in JOBS_MODULES?"
        super().__init__(f"No job is named {name!r}. {hint}")
        self.name = name
        self.matches = matches


class InvalidBody(RequestError):
    """The bytes are no acceptable JSON; ``reason`` says why. ``what`` they are is the body of a request unless told."""

    code = "body_invalid"

    def __init__(self, reason: str, what: str = "body") -> None:
        super().__init__(f"The {what} cannot be accepted: {reason}.")
        self.reason = reason


@attrs.frozen
class Fault:
    """One thing wrong in a payload: where (a JSON path such as ``$.to[0]``) and why."""

    path: str
    reason: str


class InvalidPayload(RequestError):
    """The JSON does not fit the payload class; ``faults`` holds every fault, not only the first.

    ``upgrade`` are the versions between which it was upgraded before, if it was: the paths are those of the new one.
    """

    code = "payload_invalid"

    def __init__(self, name: str, faults: tuple[Fault, ...], upgrade: tuple[int, int] | None = None) -> None:
        listed = "; ".join(f"{fault.path}: {fault.reason}" for fault in faults)
        was = ", upgraded from version {} to {},".format(*upgrade) if upgrade else ""
        super().__init__(f"The payload{was} does not fit {name}: {listed}.")
        self.name = name
        self.faults = faults


class InvalidOption(RequestError):
    """An option of an enqueue (delay, priority, id, …) is out of range."""

    code = "option_invalid"

    def __init__(self, option: str, reason: str) -> None:
        super().__init__(f"{option}: {reason}.")
        self.option = option
        self.reason = reason


class TooLarge(RequestError):
    """Something is larger than its limit; both sizes are in bytes."""

    code = "too_large"

    def __init__(self, what: str, size: int, limit: int) -> None:
        super().__init__(f"The {what} has {size:,} bytes; the limit is {limit:,}.")
        self.size = size
        self.limit = limit


class JobNotFound(RequestError):
    """No job has this id, or its retention has ended."""

    code = "job_not_found"

    def __init__(self, job_id: str) -> None:
        super().__init__(f"No job has the id {job_id!r}; it never existed, or its retention has ended.")
        self.job_id = job_id


class WrongState(RequestError):
    """The job's state does not allow the move."""

    code = "wrong_state"

    def __init__(self, job_id: str, move: str, state: str, allowed: tuple[str, ...]) -> None:
        super().__init__(f"Job {job_id} is {state}; {move} works only while it is {' or '.join(allowed)}.")
        self.job_id = job_id
        self.state = state


class DuplicateJob(RequestError):
    """Another job holds the unique key, which is empty where it is not known; ``job_id`` is that job's."""

    code = "job_duplicate"

    def __init__(self, key: str, job_id: str) -> None:
        which = f"The unique key {key!r}" if key else "Its unique key"
        super().__init__(f"{which} is held by job {job_id}; wait until that job lets go of it.")
        self.key = key
        self.job_id = job_id


class IdempotencyConflict(RequestError):
    """The id, or the idempotency key, was used before for another request; ``job_id`` is the job of that one."""

    code = "idempotency_conflict"

    def __init__(self, job_id: str) -> None:
        super().__init__(
            f"Job {job_id} was enqueued with this id or idempotency key, but by another request; send the same request "
            "again, or choose a new key."
        )
        self.job_id = job_id


class UnreadableEnvelope(JobsError):
    """Stored bytes are no job that this version can read; the text says why. They are parked, never dropped."""

    code = "envelope_unreadable"


class UnreadablePayload(JobsError):
    """A stored payload cannot be made into one of this program's version. Such jobs are parked, never dropped."""

    code = "payload_unreadable"


class NewerPayload(UnreadablePayload):
    """The payload has a ``version`` above the one that this program knows."""

    code = "payload_newer"

    def __init__(self, name: str, version: int, known: int) -> None:
        super().__init__(
            f"The payload has version {version} of {name}, and this program knows version {known}; "
            f"deploy a consumer that knows version {version}, which then gets the job."
        )
        self.name = name
        self.version = version


class UpgradeFailed(UnreadablePayload):
    """An upgrade of an old payload raised, or returned no object; ``version`` is the one it began with."""

    code = "upgrade_failed"

    def __init__(self, name: str, version: int, place: str, reason: str) -> None:
        super().__init__(
            f"The payload of {name} cannot be upgraded from version {version} to {version + 1}: {place} {reason}; "
            "deploy a consumer with a mended upgrade, which then gets the job."
        )
        self.name = name
        self.version = version


class UnwritableResult(JobsError):
    """What a handler returned has no written form; ``reason`` says why."""

    code = "result_unwritable"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The result cannot be written as JSON: {reason}. Return plain JSON or an attrs object.")
        self.reason = reason


class StoreError(JobsError):
    """The store did not do what was asked."""

    code = "store_error"


class StoreUnavailable(StoreError):
    """The store gave no answer in time; the same request may be sent again with the same id.

    ``answered`` where the server is there and says itself that it cannot, for example while it loads its data;
    ``unsent`` where nobody was there to take the request.
    """

    code = "store_unavailable"
    retry_after_s: ClassVar[int] = 1
    answered = False
    unsent = False

    @property
    def arrived(self) -> bool:
        """Whether the server may have done what was asked for."""
        return not (self.answered or self.unsent)


class StoreFull(StoreError):
    """The server is out of memory and took nothing; the same request may be sent again later."""

    code = "store_full"
    retry_after_s: ClassVar[int] = 5


class NotDurable(StoreError):
    """The durability that was asked for was not reached; the same request may be sent again with the same id."""

    code = "not_durable"
    retry_after_s: ClassVar[int] = 1


class StoreUnsuitable(StoreError):
    """This server cannot keep the promises: wrong kind, too old, newer key space, or evicting."""

    code = "store_unsuitable"
    retry_after_s: ClassVar[int] = 5


class StoreCorrupt(StoreError):
    """A key of the jobs holds what somebody else wrote there, so that this request cannot be done; others may be."""

    code = "store_corrupt"
    retry_after_s: ClassVar[int] = 5


class NotRetryable(Exception):
    """Raised by a handler: the job is dead at once, whatever attempts remain."""


class Snooze(Exception):
    """Raised by a handler: the job runs again after ``delay``, and no attempt is used up.

    A delay that is not longer than nothing, or longer than ten years, raises ValueError.
    """

    def __init__(self, delay: timedelta) -> None:
        # policy raises errors of this module.
        from jobdefs.policy import MAX_DELAY

        if not timedelta(0) < delay <= MAX_DELAY:
            raise ValueError(f"a job can be snoozed for more than nothing and at most {MAX_DELAY.days} days")
        super().__init__(f"snoozed for {delay.total_seconds():g} s")
        self.delay = delay
