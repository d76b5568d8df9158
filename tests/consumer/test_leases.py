"""A consumer that gives no sign of life loses its jobs to others, and its late word counts for nothing."""

from datetime import timedelta

import pytest

from jobdefs import State
from jobdefs.storage.execution import ExecutionCalls
from tests.consumer.conftest import StartConsumer
from tests.support.jobs import NAMESPACE, Jobs, story
from tests.support.ledger import Ledger
from tests.support.shop.jobs import Crash, Nap
from tests.support.waiting import eventually


def test_frozen_consumer(start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger) -> None:
    """The job of a frozen consumer runs in another one; the late end of its own attempt is refused and logged."""
    first = start_consumer("-n", JOBS_LEASE="1")
    job_id = jobs.put(Nap(0.5))
    eventually(lambda: job_id in ledger.subjects("start"))
    with first.frozen():
        second = start_consumer("-n", JOBS_LEASE="1")
        job = jobs.ended(job_id)
        assert (job.state, job.failures, job.lost) == (State.SUCCEEDED, 0, 1)
        assert job.result == str(second.process.pid).encode()
    eventually(lambda: ledger.subjects("end").count(job_id) == 2)
    line = eventually(lambda: first.logged(job_id, "no longer ours") + first.logged(job_id, "refused the end"))[0]
    assert "WARNING" in line
    assert jobs.find(job_id) == job
    assert story(job) == ["enqueued", "running", "lost", "running", "succeeded"]


def test_killed_consumer(start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger) -> None:
    """The job of a killed consumer runs in another one once its lease has ended, and no attempt is counted."""
    first = start_consumer("-n", JOBS_LEASE="1")
    job_id = jobs.put(Nap(1))
    eventually(lambda: job_id in ledger.subjects("start"))
    first.kill()
    second = start_consumer("-n", JOBS_LEASE="1")
    job = jobs.ended(job_id)
    assert (job.state, job.failures, job.lost) == (State.SUCCEEDED, 0, 1)
    assert second.logged("Traceback") == []


def test_killed_process(start_consumer: StartConsumer, jobs: Jobs) -> None:
    """A job that ends its process runs again in another one, while its consumer goes on."""
    running = start_consumer("-n", "-k", "process", "-w", "2", "-c", "0.2", JOBS_LEASE="1")
    job = jobs.run(Crash())
    assert (job.state, job.failures, job.result) == (State.SUCCEEDED, 0, b"1")
    running.says("died, restarting")
    assert len(running.children) == 3


def test_long_jobs_keep_their_lease(start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger, kind: str) -> None:
    """A handler may take longer than a lease: its consumer keeps it."""
    for _ in range(2):
        start_consumer("-n", "-k", kind, JOBS_LEASE="1")
    job = jobs.run(Nap(1.8))
    assert (job.state, job.lost, ledger.subjects("start")) == (State.SUCCEEDED, 0, [job.id])


@pytest.mark.parametrize(("claimed_after_ms", "end"), [(0, State.SUCCEEDED), (60, State.EXPIRED)])
def test_expiry_of_a_lost_job(start_consumer: StartConsumer, jobs: Jobs, claimed_after_ms: int, end: State) -> None:
    """A job whose consumer vanished may have begun, and runs again; one that was claimed too late even then expires."""
    job_id = jobs.put(Nap(), expires_in_ms=50)
    found = jobs.find(job_id)
    assert found is not None
    assert found.envelope is not None
    claimed_ms = found.envelope.enqueued_at_ms + claimed_after_ms
    gone = ExecutionCalls(NAMESPACE, timedelta(seconds=0.1), clock=lambda: claimed_ms)
    assert jobs.store.send(gone.exchange(queues=["default"], want=1, token="t", holder="gone")).claims
    start_consumer("-n")
    job = jobs.ended(job_id)
    assert (job.state, job.lost) == (end, 1)


def test_a_claim_that_nobody_heard_of(start_consumer: StartConsumer, jobs: Jobs) -> None:
    """A job whose claim its holder never heard of runs elsewhere; nothing is counted, and the log says so."""
    job_id = jobs.put(Nap())
    deaf, brief = (ExecutionCalls(NAMESPACE, timedelta(seconds=seconds)) for seconds in (30, 0.1))
    jobs.store.send(deaf.announce(holder="deaf", abilities={}))
    jobs.store.send(deaf.beat(holder="deaf", held=[]))
    assert jobs.store.send(brief.exchange(queues=["default"], want=1, token="t", holder="deaf")).claims
    running = start_consumer("-n")
    job = jobs.ended(job_id)
    assert (job.state, job.lost, story(job)[1:3]) == (State.SUCCEEDED, 0, ["running", "released"])
    assert "it is there, but the reply" in running.says("taking back 1 job of deaf")
