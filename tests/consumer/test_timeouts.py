"""An attempt ends at its timeout in every kind of worker, whatever its handler does."""

import signal

import pytest

from jobdefs import State
from jobdefs.record import JobRecord
from tests.consumer.conftest import StartConsumer
from tests.support.consumers import HANDLERS, RunningConsumer
from tests.support.jobs import Jobs, story
from tests.support.ledger import Ledger
from tests.support.shop.jobs import Add, Digest, Doze, Echo, Linger, LingerAsync, Nap, Patient, Snail
from tests.support.waiting import eventually

IMPATIENT = f"{HANDLERS},tests.support.shop.impatient"
GOES_ON = "the handler goes on though its attempt has timed out"


def timed_out(job: JobRecord) -> bool:
    assert job.error is not None
    assert (job.state, job.error.type) == (State.DEAD, "huey.exceptions.TaskTimeout")
    return True


def lasted_s(job: JobRecord) -> float:
    return ((job.finished_at_ms or 0) - (job.claimed_at_ms or 0)) / 1000


@pytest.fixture
def impatient(start_consumer: StartConsumer, kind: str) -> RunningConsumer:
    """A consumer with one place for def and one for async def handlers, which soon gives up those that go on."""
    return start_consumer("-n", "-k", kind, "-w", "1", JOBS_HANDLERS=IMPATIENT, JOBS_CONCURRENCY="1")


def test_def_in_a_thread(start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger) -> None:
    """The attempt of a handler that goes on in a thread ends on time; another job has its slot while it goes on."""
    running = start_consumer("-n", "-w", "1")
    job = jobs.run(Linger(30))
    assert timed_out(job)
    assert 0.3 <= lasted_s(job) < 1
    assert jobs.run(Nap()).state is State.SUCCEEDED
    assert ledger.under_way() == 1
    assert "Stuck: 1 of at most 16" in running.says("WARNING", GOES_ON, job.id)


def test_late_result(start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger) -> None:
    """What a handler returns after its attempt has ended is nothing, also to Huey; the log tells when it has ended."""
    running = start_consumer("-n", "-v", "-w", "1")
    job = jobs.run(Linger(1))
    assert timed_out(job)
    eventually(lambda: ledger.subjects("told") == [job.id])
    assert "INFO" in running.says("the handler has ended", job.id, "Stuck: 0")
    assert jobs.find(job.id) == job
    assert running.logged("executed in", job.id) == running.logged("refused the end") == []
    succeeded = jobs.run(Nap())
    running.says("executed in", succeeded.id)


def test_asked_to_stop(start_consumer: StartConsumer, jobs: Jobs) -> None:
    """A handler in a thread that asks its context stops at the timeout."""
    running = start_consumer("-n", "-w", "1")
    job = jobs.run(Patient())
    assert timed_out(job)
    assert jobs.run(Echo("next")).state is State.SUCCEEDED
    assert running.logged("goes on though") == []


def test_async_def(impatient: RunningConsumer, jobs: Jobs, ledger: Ledger) -> None:
    """An async def handler that goes on after it was cancelled is given up, and another job has its place."""
    job = jobs.run(LingerAsync(30))
    assert timed_out(job)
    assert 0.6 <= lasted_s(job) < 1.5
    assert jobs.run(Echo("next")).state is State.SUCCEEDED
    assert ledger.under_way() == 1
    impatient.says("WARNING", GOES_ON, job.id)


@pytest.mark.parametrize("payload", [Linger(30), Digest()])
def test_def_in_a_process(start_consumer: StartConsumer, jobs: Jobs, payload: object) -> None:
    """A process whose handler cannot be interrupted hands its other jobs back, ends itself, and is replaced at once."""
    running = start_consumer("-n", "-k", "process", "-w", "1", JOBS_HANDLERS=IMPATIENT)
    children = running.children
    other = jobs.put(Doze(2))
    job = jobs.run(payload)
    assert timed_out(job)
    assert 0.6 <= lasted_s(job) < 1.5
    ended = jobs.ended(other)
    assert (ended.state, ended.failures, ended.lost) == (State.SUCCEEDED, 0, 0)
    assert story(ended) == ["enqueued", "running", "released", "running", "succeeded"]
    running.says("cannot stop a handler", job.id)
    assert set(running.children) != set(children)


def test_too_many_stuck(start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger) -> None:
    """At the bound the consumer says so, hands its jobs back and ends with 70, so that it is started anew."""
    running = start_consumer("-n", "-w", "2", JOBS_HANDLERS=IMPATIENT)
    assert all(timed_out(jobs.ended(job_id)) for job_id in jobs.put_all([Linger(30)] * 3))
    assert running.process.poll() is None
    last, *behind = jobs.put_all([Linger(30), *[Nap(0.1)] * 40])
    assert running.process.wait(5) == 70
    assert timed_out(jobs.ended(last))
    running.says("CRITICAL", "4 handlers are stuck")
    start_consumer("-n", "-w", "4")
    assert {jobs.ended(job_id).state for job_id in behind} == {State.SUCCEEDED}
    assert {(job.failures, job.lost) for job_id in behind if (job := jobs.find(job_id))} == {(0, 0)}


def test_too_many_stuck_in_a_process(start_consumer: StartConsumer, jobs: Jobs) -> None:
    """At the bound a worker process ends, and another one takes its place."""
    running = start_consumer("-n", "-k", "process", "-c", "0.2", JOBS_HANDLERS=IMPATIENT)
    children = running.children
    assert all(timed_out(jobs.ended(job_id)) for job_id in jobs.put_all([LingerAsync(30)] * 2))
    running.says("CRITICAL", "2 handlers are stuck")
    assert jobs.run(Add(1, 1)).state is State.SUCCEEDED
    eventually(lambda: set(running.children) != set(children))


def test_drain_does_not_wait_for_what_is_stuck(start_consumer: StartConsumer, jobs: Jobs) -> None:
    """A consumer that stops does not wait for handlers whose attempts have ended."""
    running = start_consumer("-n", "-w", "1")
    assert timed_out(jobs.run(Linger(30)))
    assert running.stop(signal.SIGTERM, within=3) == 0


def test_slot_of_a_lost_attempt(start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger) -> None:
    """An attempt that lost its lease keeps its slot while its handler goes on, but not beyond its timeout."""
    first = start_consumer("-n", "-w", "1", JOBS_LEASE="1")
    job_id = jobs.put(Snail())
    eventually(lambda: ledger.subjects("start") == [job_id])
    with first.frozen():
        second = start_consumer("-n", "-w", "1", JOBS_LEASE="1")
        eventually(lambda: ledger.subjects("start") == [job_id] * 2)
    first.says(job_id, "no longer ours")
    second.kill()
    after = jobs.put(Nap())
    first.says(GOES_ON, job_id)
    assert jobs.ended(after, timeout=2).result == str(first.process.pid).encode()
