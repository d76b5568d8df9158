"""Unique jobs that are put in through Huey's API."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import attrs
import pytest
from huey.signals import SIGNAL_ENQUEUED, SIGNAL_SCHEDULED

from jobdefs import Unique
from jobdefs.errors import DuplicateJob
from jobdefs.state import State
from tests.support.jobs import Jobs
from tests.support.shop.jobs import Echo

Start = Callable[..., Any]


@pytest.fixture
def unique(tasks: ModuleType, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Make ECHO unique, with no consumer that would run it; return its class of tasks."""

    def made(**options: Any) -> Any:
        echo = tasks.app.task_classes["ECHO"]
        monkeypatch.setattr(echo, "definition", attrs.evolve(echo.definition, unique=Unique(**options)))
        return echo

    return made


@pytest.mark.parametrize("delay", [None, 0.001])
def test_the_job_that_is_there(
    tasks: ModuleType, jobs: Jobs, unique: Start, start_consumer: Start, delay: float | None
) -> None:
    """Whoever asks for what is there already has the handle of that job, and can wait for it."""
    echo = unique()
    first = tasks.app.enqueue(echo((Echo("sole"),)))
    task = echo((Echo("sole"),), eta=delay and tasks.app._get_timestamp())
    second = tasks.app.enqueue(task)
    assert (second.id, jobs.find(task.id)) == (first.id, None)
    start_consumer("-w", "1")
    assert second.get(blocking=True, timeout=10) == "sole"
    # By now its key is free.
    assert tasks.app.enqueue(task).id == task.id


def test_an_error(tasks: ModuleType, unique: Start) -> None:
    """Where the definition wants an error, DuplicateJob names the job that is there."""
    echo = unique(conflict="error")
    first = tasks.app.enqueue(echo((Echo("sole"),)))
    for again in (tasks.app.enqueue, tasks.app.add_schedule):
        with pytest.raises(DuplicateJob) as raised:
            again(echo((Echo("sole"),)))
        assert raised.value.job_id == first.id


def test_a_replacement(tasks: ModuleType, jobs: Jobs, unique: Start) -> None:
    """Where the definition wants the place of the other, the handle is that of the new job."""
    echo = unique(conflict="replace")
    first, second = (tasks.app.enqueue(echo((Echo("sole"),))) for _ in range(2))
    assert (jobs.state(first.id), jobs.state(second.id)) == (State.CANCELLED, State.READY)


def test_signals(tasks: ModuleType, unique: Start) -> None:
    """Huey's signals tell only of what was put in."""
    echo, told = unique(), []
    receivers = tasks.app.signal(SIGNAL_ENQUEUED, SIGNAL_SCHEDULED)(lambda signal, task: told.append((signal, task.id)))
    first = tasks.app.enqueue(echo((Echo("sole"),)))
    tasks.app.enqueue(echo((Echo("sole"),)))
    tasks.app.add_schedule(echo((Echo("sole"),)))
    tasks.app.disconnect_signal(receivers)
    assert told == [(SIGNAL_ENQUEUED, first.id)]
