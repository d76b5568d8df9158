"""A consumer that could give no sign of life says why, and what it lost meanwhile counts for nothing."""

import time

import pytest

from jobdefs import State
from tests.consumer.conftest import StartConsumer
from tests.support.jobs import Jobs, story
from tests.support.ledger import Ledger
from tests.support.shop.jobs import Grip, Nap
from tests.support.waiting import eventually

LOST_ONCE = ["enqueued", "running", "lost", "running", "succeeded"]


def test_blocked_interpreter(start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger) -> None:
    """A handler that holds the interpreter's lock for longer than the lease is fenced off, and the log says so."""
    first = start_consumer("-n", JOBS_LEASE="1")
    job_id = jobs.put(Grip(4))
    eventually(lambda: job_id in ledger.subjects("start"))
    second = start_consumer("-n", JOBS_LEASE="1")
    job = jobs.ended(job_id)
    assert (job.state, job.result) == (State.SUCCEEDED, str(second.process.pid).encode())
    assert story(job) == LOST_ONCE
    assert "WARNING" in first.says("no beat in time: the interpreter was blocked for", "leases last 1 s")
    eventually(lambda: first.logged(job_id, "no longer ours: the interpreter was blocked") + first.logged("refused"))
    assert jobs.find(job_id) == job


def test_blocked_process(start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger) -> None:
    """A worker process whose interpreter is blocked for longer than the lease is killed, and its job runs elsewhere."""
    running = start_consumer("-n", "-k", "process", "-w", "2", JOBS_LEASE="1")
    job_id = jobs.put(Grip(30))
    eventually(lambda: job_id in ledger.subjects("start"))
    children = running.children
    job = jobs.ended(job_id)
    assert (job.state, story(job)) == (State.SUCCEEDED, LOST_ONCE)
    running.says("ERROR", "killing worker process", "its interpreter was blocked for")
    eventually(lambda: len(running.children) == 3 and set(running.children) != set(children))


def test_frozen_process(start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger) -> None:
    """A consumer that was frozen says so, and for how long, when it says which job it has lost."""
    first = start_consumer("-n", JOBS_LEASE="1")
    job_id = jobs.put(Nap(6))
    eventually(lambda: job_id in ledger.subjects("start"))
    thawing = time.monotonic() + 3
    with first.frozen():
        start_consumer("-n", JOBS_LEASE="1")
        eventually(lambda: len(ledger.subjects("start")) == 2)
        eventually(lambda: time.monotonic() > thawing)
    first.says("no beat in time: the process was frozen for")
    line = first.says(job_id, "this job is no longer ours: the process was frozen for")
    assert "WARNING" in line
    assert jobs.ended(job_id).state is State.SUCCEEDED


@pytest.mark.parametrize("kind_of_worker", ["thread"])
def test_lone_consumer_keeps_its_jobs(
    start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger, kind_of_worker: str
) -> None:
    """Where nobody else has taken them, a consumer that was blocked keeps its jobs."""
    running = start_consumer("-n", "-k", kind_of_worker, JOBS_LEASE="1")
    job = jobs.run(Grip(2))
    assert (job.state, job.lost) == (State.SUCCEEDED, 0)
    running.says("the interpreter was blocked for")
