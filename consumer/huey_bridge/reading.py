"""Claimed jobs as Huey's tasks."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from huey.api import Task
from huey.exceptions import HueyException

from consumer.huey_bridge import message
from consumer.huey_bridge.expiry import has_expired
from consumer.huey_bridge.writing import CHORD
from consumer.plan import Plan
from jobdefs.errors import UnreadableEnvelope
from jobdefs.record import Envelope
from jobdefs.storage.contract import Claim

if TYPE_CHECKING:
    from consumer.huey_bridge.app import JobsHuey


def defined_task(app: "JobsHuey", plan: Plan, claim: Claim, written: Envelope, payload: Any) -> Task:
    """Return the task of a defined job; ``payload`` is None for whoever must not read it."""
    definition = plan.definition
    attempts = written.attempts or definition.retry.attempts
    task: Task = plan.task_class((payload,), {}, id=claim.id, retries=retries_left(attempts, claim))
    task.timeout = definition.timeout.total_seconds() if definition.timeout else None
    return _expiring(app, task, claim, written)


def plain_task(app: "JobsHuey", claim: Claim, written: Envelope) -> Task:
    """Return a plain task; raises UnreadableEnvelope where its message makes none, or nobody here knows its name."""
    try:
        payload: dict[str, Any] = json.loads(written.payload)
        chord = payload.pop(CHORD, None)
        name = written.name.removeprefix(message.PREFIX)
        task = app._registry.create_task(message.from_payload(payload, job_id=claim.id, name=name))  # noqa: SLF001 - as Huey.deserialize_task does
    except (KeyError, TypeError, ValueError, HueyException) as error:
        reason = f"the task {written.name!r} cannot be made from its message: {error}"
        raise UnreadableEnvelope(reason) from error
    if chord is not None:
        task.extend_data((_chord_values(app, *chord),))
    attempts = written.attempts or task.retries + 1
    task.retries = retries_left(attempts, claim)
    return _expiring(app, task, claim, written)


def _chord_values(app: "JobsHuey", chord_id: str, size: int) -> list[Any]:
    values = app.store.send(app.values.chord(chord_id))
    return [app.serializer.deserialize(values[place]) if place in values else None for place in range(size)]


def retries_left(attempts: int, claim: Claim) -> int:
    """Return how many attempts are left behind this one."""
    return max(attempts - 1 - claim.failures, 0)


def _expiring(app: "JobsHuey", task: Task, claim: Claim, written: Envelope) -> Task:
    task.eta = task.expires = task.expires_resolved = None
    if has_expired(app, claim, written):
        task.expires_resolved = datetime.min  # noqa: DTZ901 - Huey compares naive moments
    return task
