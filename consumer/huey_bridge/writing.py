"""Huey's tasks as jobs to be submitted."""

from copy import copy
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from huey.api import Task
from huey.utils import ChordConfig

from consumer.huey_bridge import message
from consumer.huey_bridge.serializer import to_json
from jobdefs.clock import to_ms
from jobdefs.definition import Definition
from jobdefs.errors import DuplicateJob, InvalidOption, TooLarge
from jobdefs.policy import DEFAULT_QUEUE, HIGHEST_PRIORITY, LOWEST_PRIORITY, MAX_DELAY, MAX_PAYLOAD_BYTES
from jobdefs.record import Envelope
from jobdefs.storage.contract import NewJob, Receipt, SubmitVerdict
from jobdefs.unique import Conflict, UniqueLock
from jobdefs.wire import codec, envelope
from jobdefs.wire.uniqueness import lock_of

if TYPE_CHECKING:
    from consumer.huey_bridge.app import JobsHuey

CHORD: Final = "chord_of"
_NOW: Final = timedelta(0)


def new_job(app: "JobsHuey", task: Task) -> NewJob:
    """Return a task as a job, due at its eta; raises TypeError or JobsError for what cannot be written down."""
    definition: Definition | None = getattr(task, "definition", None)
    written = _plain(app, task) if definition is None else _defined(definition, task, _expires_in_ms(app, task))
    delay = max(task.eta - app._get_timestamp(), _NOW) if task.eta else _NOW  # noqa: SLF001 - Huey's clock made the eta
    if delay > MAX_DELAY:
        raise InvalidOption("eta", f"must be at most {MAX_DELAY.days:,} days ahead")
    lock = None if definition is None else lock_of(definition, task.args[0], written.payload)
    return NewJob(envelope=envelope.write(written), delay=delay, lock=lock)


def task_of(receipt: Receipt, task: Task, lock: UniqueLock | None) -> Task:
    """Return the task that a receipt is about: this one, or one with the id of the job that holds its unique key.

    Raises DuplicateJob where such a job is to be an error.
    """
    if receipt.verdict is not SubmitVerdict.DUPLICATE or lock is None:
        return task
    if lock.conflict is Conflict.ERROR:
        raise DuplicateJob(lock.key, receipt.id)
    # The caller's own one keeps its id, so that it can be enqueued again later.
    other = copy(task)
    other.id = receipt.id
    return other


def chord_callback(app: "JobsHuey", chord: ChordConfig) -> bytes:
    """Return a chord's callback as an envelope that names the chord whose values it waits for."""
    return envelope.write(_plain(app, chord.callback, {CHORD: [chord.cid, chord.size]}))


def _defined(definition: Definition, task: Task, expires_in_ms: int | None) -> Envelope:
    [payload] = task.args
    return Envelope(
        id=task.id,
        name=definition.name,
        queue=definition.queue,
        priority=_priority(task, definition.priority),
        payload=codec.encode(definition, payload),
        expires_in_ms=expires_in_ms,
        attempts=task.retries + 1 if task.retries != definition.retry.attempts - 1 else None,
        version=definition.version,
    )


def _plain(app: "JobsHuey", task: Task, more: dict[str, Any] | None = None) -> Envelope:
    written = app._registry.create_message(task)  # noqa: SLF001 - as Huey.serialize_task does
    payload = message.to_payload(written) | (more or {})
    return Envelope(
        id=task.id,
        name=message.PREFIX + written.name,
        queue=DEFAULT_QUEUE,
        priority=_priority(task, LOWEST_PRIORITY),
        payload=_bounded(to_json(payload)),
        expires_in_ms=_expires_in_ms(app, task),
    )


def _bounded(payload: bytes) -> bytes:
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise TooLarge("payload", len(payload), MAX_PAYLOAD_BYTES)
    return payload


def _priority(task: Task, default: int) -> int:
    # Huey takes any number; the store has ten places.
    return default if task.priority is None else min(max(int(task.priority), LOWEST_PRIORITY), HIGHEST_PRIORITY)


def _expires_in_ms(app: "JobsHuey", task: Task) -> int | None:
    if task.expires_resolved is None:
        return None
    return max(to_ms(task.expires_resolved - app._get_timestamp()), 1)  # noqa: SLF001 - Huey's clock made the expiry
