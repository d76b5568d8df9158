"""A handler that blocks the event loop keeps nobody else's job for longer than it takes to notice."""

import signal
from datetime import timedelta

import pytest

from jobdefs import State
from jobdefs.record import JobRecord
from jobdefs.storage.submission import SubmissionCalls
from tests.consumer.conftest import StartConsumer
from tests.support.consumers import HANDLERS, RunningConsumer
from tests.support.jobs import NAMESPACE, Jobs, story
from tests.support.ledger import Ledger
from tests.support.shop.jobs import Add, Choke, Clog, Doze, Echo, StuckAsync
from tests.support.waiting import eventually

IMPATIENT = f"{HANDLERS},tests.support.shop.impatient"


@pytest.fixture
def impatient(start_consumer: StartConsumer, kind: str) -> RunningConsumer:
    """A consumer that soon gives up handlers that go on."""
    return start_consumer("-n", "-k", kind, "-w", "1", "-c", "0.2", JOBS_HANDLERS=IMPATIENT)


def begun(jobs: Jobs, ledger: Ledger, payload: object) -> str:
    job_id = jobs.put(payload)
    eventually(lambda: job_id in ledger.subjects("start"), what="the start of the job")
    return job_id


def is_unharmed(job: JobRecord) -> bool:
    return (job.state, job.failures, job.lost) == (State.SUCCEEDED, 0, 0)


def test_given_up(impatient: RunningConsumer, jobs: Jobs, ledger: Ledger) -> None:
    """When its attempt is given up a new loop takes over, and runs what came after it; the log says who blocked."""
    job_id = begun(jobs, ledger, Clog(60))
    behind = jobs.put_all([Echo("behind")] * 5)
    assert all(is_unharmed(jobs.ended(each, timeout=5)) for each in behind)
    ended = jobs.ended(job_id)
    assert ended.error is not None
    assert (ended.state, ended.error.type) == (State.DEAD, "huey.exceptions.TaskTimeout")
    assert "WARNING" in impatient.says("the event loop has been blocked for", f"by CLOG {job_id};")
    impatient.says("a new one has its place", "Stuck: 1")


def test_cancelled(impatient: RunningConsumer, jobs: Jobs, ledger: Ledger) -> None:
    """A cancelled job whose handler blocks ends after its grace, and gives the loop back, too."""
    job_id = begun(jobs, ledger, Choke(60))
    jobs.store.send(SubmissionCalls(NAMESPACE).cancel(job_id, timedelta(hours=1)))
    behind = jobs.put(Echo("behind"))
    assert jobs.ended(job_id, timeout=9).state is State.CANCELLED
    assert is_unharmed(jobs.ended(behind, timeout=5))
    assert impatient.logged("Traceback") == []


def test_others_on_the_loop(impatient: RunningConsumer, jobs: Jobs, ledger: Ledger) -> None:
    """What else ran on the blocked loop runs again, and no attempt is counted; the old loop ends when it can."""
    dozing = begun(jobs, ledger, Doze(2))
    job_id = begun(jobs, ledger, Clog(3))
    ended = jobs.ended(dozing)
    assert is_unharmed(ended)
    assert story(ended) == ["enqueued", "running", "released", "running", "succeeded"]
    assert "INFO" in impatient.says("an event loop that was blocked has ended", "Stuck: 0")
    assert jobs.state(job_id) is State.DEAD
    # On the old loop the other one may have come to its end as well, which counts for nothing.
    assert set(ledger.subjects("end")) == {job_id, dozing}
    assert impatient.logged("Traceback") == impatient.logged("refused the end") == []


def test_late_with_it(start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger) -> None:
    """What times out because another handler blocks the loop is not stuck, and that handler may go on."""
    running = start_consumer("-n", "-w", "1", JOBS_HANDLERS=IMPATIENT)
    late, job_id = jobs.put_all([StuckAsync()] * 4), begun(jobs, ledger, Choke(3))
    assert {jobs.ended(each).state for each in late} == {State.DEAD}
    assert is_unharmed(jobs.ended(job_id))
    assert is_unharmed(jobs.run(Echo("after")))
    assert running.process.poll() is None
    assert running.logged("Stuck:") == []


def test_unbounded(start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger, kind: str) -> None:
    """While a handler without a timeout blocks the loop, another consumer runs what was held behind it."""
    running = start_consumer("-n", "-k", kind, "-w", "1")
    job_id, *behind = jobs.put_all([Choke(60), *[Echo("behind")] * 5])
    eventually(lambda: {jobs.state(each) for each in behind} == {State.READY} and ledger.subjects("start") == [job_id])
    running.says("WARNING", "the event loop has been blocked for", f"by CHOKE {job_id};")
    assert jobs.run(Add(1, 1)).state is State.SUCCEEDED
    assert {jobs.state(each) for each in behind} == {State.READY}
    start_consumer("-n", "-k", kind, "-w", "1")
    assert all(is_unharmed(jobs.ended(each, timeout=3)) for each in behind)
    assert jobs.state(job_id) is State.RUNNING


def test_over(start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger, kind: str) -> None:
    """When a handler blocks the loop no longer, it has succeeded, and the loop runs jobs again."""
    running = start_consumer("-n", "-k", kind, "-w", "1")
    job_id = begun(jobs, ledger, Choke(2.5))
    behind = jobs.put_all([Echo("behind")] * 5)
    eventually(lambda: {jobs.state(each) for each in behind} == {State.READY})
    assert jobs.state(job_id) is State.RUNNING
    assert all(is_unharmed(jobs.ended(each)) for each in (job_id, *behind))
    running.says("no longer blocked")


def test_drain(start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger, kind: str) -> None:
    """A blocked loop holds up a consumer that stops no longer than any job may."""
    running = start_consumer("-n", "-k", kind, "-w", "1", "-t", "0.5")
    job_id = begun(jobs, ledger, Choke(60))
    assert running.stop(signal.SIGTERM, within=4) == 0
    assert jobs.state(job_id) is State.READY


def test_too_many(start_consumer: StartConsumer, jobs: Jobs) -> None:
    """Each loop that is left behind counts once; at the bound the consumer ends with 70."""
    running = start_consumer("-n", "-w", "1", JOBS_HANDLERS=IMPATIENT)
    job_ids = jobs.put_all([Clog(60)] * 2)
    assert running.process.wait(9) == 70
    assert {jobs.state(job_id) for job_id in job_ids} == {State.DEAD}
    running.says("CRITICAL", "2 handlers are stuck")
