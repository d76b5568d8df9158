"""The bodies of Huey's tasks, as an attempt sees them."""

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, Final

from huey.api import Task
from huey.exceptions import CancelExecution, TaskTimeout

from consumer.huey_bridge import reading
from consumer.plan import Plan
from jobdefs.errors import TooLarge
from jobdefs.policy import MAX_RESULT_BYTES
from jobdefs.record import Envelope
from jobdefs.storage.contract import Claim
from jobdefs.wire import codec

if TYPE_CHECKING:
    from consumer.huey_bridge.app import JobsHuey

_UNBOUND: Final = nullcontext()


def task(app: "JobsHuey", plan: Plan | None, claim: Claim, written: Envelope, payload: Any = None) -> Task:
    """Return the task behind a claim, with a definition's payload where it is known; raises UnreadableEnvelope."""
    if plan is None:
        return reading.plain_task(app, claim, written)
    return reading.defined_task(app, plan, claim, written, payload)


def knows(app: "JobsHuey", written: Envelope) -> bool:
    """Tell whether a plain task of this name is registered here."""
    return written.name in app.plain_names


def call(plain: Task) -> Any:
    """Run the function of a plain task."""
    # The instance's own execute stands for Huey's replay; the function is its class's.
    return type(plain).execute(plain)


def timed(app: "JobsHuey", timeout_s: float | None) -> AbstractContextManager[None]:
    """Bound a ``def`` handler by its timeout, in seconds, where the worker type can interrupt one."""
    if not timeout_s or app._timeout_handler is None:  # noqa: SLF001 - Huey's consumer sets it
        return _UNBOUND
    return app._timeout_handler(timeout_s)  # noqa: SLF001


def timed_out(timeout_s: float | None) -> TaskTimeout:
    """Return the error of an attempt that ran for longer than ``timeout_s``."""
    return TaskTimeout(f"timeout ({timeout_s}s)")


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
