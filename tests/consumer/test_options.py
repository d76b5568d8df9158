"""The options of huey_consumer, as Huey documents them."""

import re
from datetime import datetime
from threading import Event
from types import ModuleType

import pytest

from consumer.huey_bridge.scheduler import TickScheduler
from jobdefs import State
from tests.consumer.conftest import StartConsumer
from tests.support.jobs import Jobs
from tests.support.ledger import Ledger
from tests.support.shop.jobs import Add, Nap
from tests.support.waiting import eventually


def test_max_tasks(start_consumer: StartConsumer, jobs: Jobs, kind: str) -> None:
    """-M replaces a worker after so many def jobs, and no job suffers from it."""
    running = start_consumer("-n", "-k", kind, "-w", "1", "-M", "3")
    results = {jobs.ended(job_id).result for job_id in jobs.put_all([Nap()] * 8)}
    assert len(results) == (3 if kind == "process" else 1)
    eventually(lambda: len(running.logged("is replaced by a new one")) == 2)
    assert running.logged("Traceback") == []


def test_queues_that_are_served(start_consumer: StartConsumer) -> None:
    """A consumer says which queues it serves: all that its definitions name, unless JOBS_QUEUES says otherwise."""
    assert re.search(r"serving the queues (\S+, )*default(, \S+)*$", start_consumer("-n").says("serving the queues"))
    assert start_consumer("-n", JOBS_QUEUES="default").says("serving the queues").endswith(" default")


def test_queues_that_nobody_names(start_consumer: StartConsumer) -> None:
    """A queue that no definition names is served with a warning, since it may be mistyped."""
    running = start_consumer("-n", JOBS_QUEUES="default,mial")
    assert running.says("serving the queues default, mial")
    [line] = running.logged("WARNING")
    assert "JOBS_QUEUES: no definition names the queue mial; known are " in line


def test_options_without_a_meaning(start_consumer: StartConsumer, jobs: Jobs) -> None:
    """Options that have lost their meaning are accepted, in their short and in their long forms."""
    long = (
        "--graceful-signal",
        "INT",
        "--delay",
        "1",
        "--max-delay",
        "9",
        "--backoff",
        "2",
        "--scheduler-interval",
        "2",
    )
    start_consumer("-n", "-g", "TERM", "-d", "0.5", "-m", "5", "-b", "1.5", "-s", "5", "-S", "-c", "5", *long)
    assert jobs.run(Add(1, 1)).state is State.SUCCEEDED


@pytest.mark.parametrize("options", [("-f",), ("-L", "till,other")])
def test_locks_are_flushed(
    start_consumer: StartConsumer, redis_url: str, tasks: ModuleType, options: tuple[str, ...]
) -> None:
    """-f ends the locks that tasks take, and -L further ones, in case a consumer died with them."""
    tasks.app.lock_task("till").acquire()
    running = start_consumer("-n", *options)
    assert not tasks.app.is_locked("till")
    assert running.logged("Found stale locks: till")


def test_periodic_tasks(start_consumer: StartConsumer, ledger: Ledger) -> None:
    """A consumer runs the periodic tasks of each minute."""
    start_consumer()
    [tick, *_] = eventually(lambda: ledger.subjects("tick"))
    assert tick.startswith("periodic:")


def test_periodic_tasks_of_many_consumers(
    start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger, tasks: ModuleType
) -> None:
    """The schedulers of many consumers make one job of a task and a minute, also once it has run."""
    start_consumer("-n")
    schedulers = [TickScheduler(tasks.app, Event(), 1, periodic=True) for _ in range(2)]
    minutes = [datetime(2026, 1, 2, 3, minute, second) for minute in (4, 5) for second in (0, 59)]  # noqa: DTZ001 - Huey's
    for moment in minutes:
        for scheduler in schedulers:
            scheduler.enqueue_periodic_tasks(moment)
        jobs.run(Nap())
    assert len(ledger.subjects("tick")) == 2


def test_no_periodic_tasks(start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger) -> None:
    """With -n a consumer runs no periodic tasks of its own accord."""
    running = start_consumer("-n")
    running.says("Periodic tasks are disabled")
    jobs.run(Add(1, 1))
    assert ledger.subjects("tick") == []
