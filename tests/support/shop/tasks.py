"""The shop's plain Huey tasks, hooks and signal receivers, as Huey's documentation shows them."""

import os
import time
from typing import Any

from huey import crontab
from huey import signals as S  # noqa: N812 - Huey's own convention
from huey.api import Task
from huey.exceptions import CancelExecution, RetryTask

import consumer
from jobdefs.record import JobError
from tests.support.jobs import jobs_on
from tests.support.ledger import Ledger

app = consumer.app


@app.task()
def add(a: float, b: float) -> float:
    """Add."""
    return a + b


@app.task()
def same(value: Any) -> Any:
    """Give the value back."""
    return value


@app.task()
def total(values: list[Any]) -> Any:
    """Add up what a chord's members gave."""
    return sum(value for value in values if isinstance(value, int))


@app.task()
def fail() -> None:
    """Fail for good."""
    raise ValueError("plain boom")


@app.task()
def pill() -> None:
    """End the process."""
    os._exit(9)


@app.task()
def show(error: JobError) -> list[str]:
    """Tell what an error handler is given."""
    return [type(error).__name__, error.type, error.message, error.traceback]


@app.task(retries=2, retry_delay=0.1, retry_backoff=3, context=True)
def falter(task: Task) -> str:
    """Fail twice."""
    Ledger.of_this_process().write("tried", task.id)
    if task.retries:
        raise ValueError("not yet")
    return "at last"


@app.task(retries=1)
def retry_soon(name: str) -> str:
    """Ask once for another run."""
    ledger = Ledger.of_this_process()
    if name not in ledger.subjects("asked"):
        ledger.write("asked", name)
        raise RetryTask(delay=0.05)
    return "ran again"


@app.task()
def note(subject: str) -> str:
    """Write the subject down."""
    Ledger.of_this_process().write("note", subject)
    return subject


@app.task()
@app.lock_task("till")
def locked(subject: str) -> str:
    """Write the subject down while nobody else does."""
    Ledger.of_this_process().write("note", subject)
    return subject


@app.task()
@app.rate_limit("door", 2, per=1)
def admitted(number: int) -> int:
    """Give the number back, for two a second."""
    return number


@app.task(timeout=0.2, context=True)
def stuck(task: Task) -> None:
    """Go on until told to stop."""
    while True:
        task.check_timeout()
        time.sleep(0.01)


@app.task()
def unkeepable(size: int) -> object:
    """Return a text of this size, and for 0 what has no written form."""
    return "x" * size if size else object()


@app.task()
def forbidden() -> str:
    """Be cancelled by the hook below before it runs."""
    Ledger.of_this_process().write("note", "forbidden")
    return "ran"


@app.periodic_task(crontab(), context=True)
def every_minute(task: Task) -> None:
    """Write down that it ran."""
    Ledger.of_this_process().write("tick", task.id)


@app.pre_execute()
def forbid(task: Task) -> None:
    """Cancel what is forbidden."""
    if task.name == "forbidden":
        raise CancelExecution


@app.post_execute()
def follow(task: Task, value: Any, error: BaseException | None) -> None:
    """Write down how a task ended."""
    if task.name in ("note", "fail"):
        Ledger.of_this_process().write(f"post-{value}-{type(error).__name__}", task.id)


@app.signal(S.SIGNAL_EXECUTING, S.SIGNAL_COMPLETE, S.SIGNAL_ERROR, S.SIGNAL_CANCELED, S.SIGNAL_REVOKED)
def signalled(signal: str, task: Task, *_: Any) -> None:
    """Write down the state in which the store has the job when its signal comes."""
    if task.name not in ("note", "fail", "forbidden"):
        return
    with jobs_on(os.environ["REDIS_URL"]) as jobs:
        Ledger.of_this_process().write(f"{signal}-{jobs.state(task.id)}", task.id)
