"""consumer.app: a genuine RedisHuey, made of the definitions."""

import socket
from datetime import timedelta

import pytest
from huey import RedisHuey
from huey.api import Task

from consumer.factory import WorkerFactory
from consumer.huey_bridge.app import JobsHuey
from consumer.settings import ConsumerSettings
from jobdefs import load_catalog, retry
from tests.support.jobs import MODULES


@pytest.fixture
def app() -> JobsHuey:
    """An instance for a server that is not there."""
    return WorkerFactory(ConsumerSettings(redis_url="unix:///nonexistent"), load_catalog(MODULES)).build()


def test_nothing_connects_before_it_is_used(monkeypatch: pytest.MonkeyPatch, app: JobsHuey) -> None:
    """Building the instance connects to nothing, and yet it is a RedisHuey."""
    monkeypatch.setattr(socket.socket, "connect", pytest.fail)
    assert isinstance(WorkerFactory(ConsumerSettings(), app.catalog).build(), RedisHuey)


def test_one_task_for_each_definition(app: JobsHuey) -> None:
    """Every definition has one Huey task of its name."""
    assert list(app.task_classes) == [definition.name for definition in load_catalog(MODULES)]


def test_three_attempts(app: JobsHuey) -> None:
    """A definition's task is registered with two retries, unless its policy says otherwise."""
    retries = {name: task.default_retries for name, task in app.task_classes.items()}
    assert (retries["TEST_JOB"], retries["ADD"], retries["ORDER"]) == (2, 2, 0)


def spread_to(monkeypatch: pytest.MonkeyPatch, end: int) -> None:
    """Let chance always give the low end (0) or the high end (1) of what it may give."""
    monkeypatch.setattr(retry.RetryPolicy.delay, "__defaults__", (lambda *ends: ends[end],))


@pytest.mark.parametrize(("end", "factor"), [(0, 0.8), (1, 1.2)])
def test_exponential_delay_hook(monkeypatch: pytest.MonkeyPatch, app: JobsHuey, end: int, factor: float) -> None:
    """The wait before the next attempt is 1, 2, 4, … seconds, a fifth more or less."""
    spread_to(monkeypatch, end)
    task = app.task_classes["TEST_JOB"]()
    waits = [app.retry_delay(task, failures) for failures in (1, 2, 3, 4)]
    assert waits == [timedelta(seconds=seconds * factor) for seconds in (1, 2, 4, 8)]


def test_plain_task_keeps_its_own_delay(app: JobsHuey) -> None:
    """A plain task's retry_delay and retry_backoff win over the hook; without them it has the hook's."""
    own = Task(retry_delay=3, retry_backoff=2)
    assert [app.retry_delay(own, failures) for failures in (1, 2, 3)] == [timedelta(seconds=s) for s in (3, 6, 12)]
    assert timedelta(seconds=0.8) <= app.retry_delay(Task(), 1) <= timedelta(seconds=1.2)
