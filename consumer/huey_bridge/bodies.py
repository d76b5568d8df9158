"""The bodies of Huey's tasks, as an attempt sees them."""

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from huey.api import Task
from huey.exceptions import CancelExecution, TaskTimeout
from huey.utils import noop_context

from consumer.huey_bridge import reading
from consumer.plan import Plan
from jobdefs.errors import TooLarge
from jobdefs.policy import MAX_RESULT_BYTES
from jobdefs.record import Envelope
from jobdefs.storage.contract import Claim
from jobdefs.wire import codec

if TYPE_CHECKING:
    from consumer.huey_bridge.app import JobsHuey


def task(app: "JobsHuey", plan: Plan | None, claim: Claim, written: Envelope) -> Task:
    """Return the task behind a claim; raises RequestError or UnreadableEnvelope where there is none."""
    if plan is None:
        return reading.plain_task(app, claim, written)
    return reading.defined_task(plan.definition, plan.task_class, claim, written)


def stand_in(app: "JobsHuey", plan: Plan | None, claim: Claim, written: Envelope) -> Task:
    """Return the task behind a claim for whoever must not read a definition's payload; raises UnreadableEnvelope."""
    if plan is None:
        return reading.plain_task(app, claim, written)
    return reading.stand_in(plan.definition, plan.task_class, claim, written)


def knows(app: "JobsHuey", written: Envelope) -> bool:
    """Tell whether a plain task of this name is registered here."""
    return written.name in app.plain_names


def call(plain: Task) -> Any:
    """Run the function of a plain task."""
    # The instance's own execute stands for Huey's replay; the function is its class's.
    return type(plain).execute(plain)


def timed(app: "JobsHuey", timed_task: Task) -> AbstractContextManager[None]:
    """Bound a ``def`` handler by its task's timeout, where the worker type can interrupt one."""
    if not timed_task.timeout or app._timeout_handler is None:  # noqa: SLF001 - Huey's consumer sets it
        return noop_context()
    return app._timeout_handler(timed_task.timeout)  # noqa: SLF001


def timed_out(late: Task) -> TaskTimeout:
    """Return the error of a task that ran for too long."""
    return TaskTimeout(f"timeout ({late.timeout}s)")


def cancelled() -> CancelExecution:
    """Return the error of a task whose job was cancelled while it ran."""
    return CancelExecution("the job was cancelled while it ran", retry=False)


def set_deadline(begun: Task, now: float) -> None:
    """Tell a task until when it may run; ``now`` is a moment of time.monotonic()."""
    if begun.timeout:
        begun._deadline = now + begun.timeout  # noqa: SLF001 - as Huey._execute does


def stop(begun: Task) -> None:
    """Let a plain task that asks by ``check_timeout`` stop at once."""
    begun._deadline = 0.0  # noqa: SLF001 - a moment of time.monotonic() that has passed


def result(app: "JobsHuey", plan: Plan | None, value: Any) -> bytes:
    """Return a handler's value as the store keeps it; raises JobsError or TypeError where it cannot be kept."""
    if value is None and not app.store_none:
        return b""
    if plan is not None:
        return codec.encode_result(value)
    data: bytes = app.serializer.serialize(value)
    if len(data) > MAX_RESULT_BYTES:
        raise TooLarge("result", len(data), MAX_RESULT_BYTES)
    return data
