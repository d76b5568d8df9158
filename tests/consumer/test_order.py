"""When a job's turn comes: delay, priority, expiry, and room to run; in a consumer with one worker thread."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from jobdefs import State
from tests.support import ledger as ledgers
from tests.support.consumers import RunningConsumer, consuming
from tests.support.jobs import Jobs, story
from tests.support.ledger import Ledger
from tests.support.servers import RealServer
from tests.support.shop.jobs import Add, Doze, Letter, Nap
from tests.support.waiting import eventually

pytestmark = pytest.mark.usefixtures("consumer")

SOON = timedelta(milliseconds=300)


@pytest.fixture(scope="module")
def consumer(valkey_server: RealServer, ledger: Ledger) -> Iterator[RunningConsumer]:
    """A consumer of the queue ``default`` alone, for one def handler and two async def ones at a time."""
    valkey_server.flush()
    variables = {"JOBS_QUEUES": "default", "JOBS_CONCURRENCY": "2", ledgers.VARIABLE: str(ledger.path)}
    with consuming(valkey_server.url, "-n", "-w", "1", **variables) as running:
        yield running


@pytest.fixture
def busy_worker(jobs: Jobs, ledger: Ledger) -> str:
    """A job that holds the only worker for a while."""
    # A worker whose jobs have been very short is given a batch of them in advance; this one's have not been.
    jobs.run(Nap(0.05))
    holding = jobs.put(Nap(0.4))
    eventually(lambda: holding in ledger.subjects("start"))
    return holding


def test_delayed_job_waits_in_the_store(jobs: Jobs) -> None:
    """A delayed job waits where every program can see it, and starts at its time: never before, and not much later."""
    job_id = jobs.put(Add(1, 1), delay=SOON)
    assert jobs.state(job_id) is State.SCHEDULED
    job = jobs.ended(job_id)
    assert job.envelope is not None
    assert job.claimed_at_ms is not None
    waited_ms = job.claimed_at_ms - job.envelope.enqueued_at_ms
    assert 300 <= waited_ms < 500


def test_delayed_jobs_never_start_early(jobs: Jobs) -> None:
    """Of many delayed jobs, each starts at its own time."""
    delays = {jobs.put(Add(1, 1), delay=timedelta(milliseconds=ms)): ms for ms in range(100, 0, -5)}
    for job_id, delay_ms in delays.items():
        job = jobs.ended(job_id)
        assert job.envelope is not None
        assert (job.claimed_at_ms or 0) >= job.envelope.enqueued_at_ms + delay_ms


def test_priorities(jobs: Jobs, ledger: Ledger, busy_worker: str) -> None:
    """Of the jobs that wait, a higher priority goes first, and equal ones go in the order of their arrival."""
    low, first, second, high = (jobs.put(Nap(0.01), priority=priority) for priority in (0, 5, 5, 9))
    jobs.ended(low)
    assert ledger.subjects("start")[-5:] == [busy_worker, high, first, second, low]


def test_expiry(jobs: Jobs, ledger: Ledger, busy_worker: str) -> None:
    """A job whose expiry passes before it could begin never runs."""
    job = jobs.ended(jobs.put(Nap(), expires_in_ms=50))
    assert (job.state, story(job)[-1]) == (State.EXPIRED, "expired")
    assert job.id not in ledger.subjects("start")


def test_replay_after_expiry(jobs: Jobs, busy_worker: str) -> None:
    """A job that has expired runs when it is replayed: nobody replays it to see it expire again."""
    job = jobs.ended(jobs.put(Nap(0.01), expires_in_ms=50))
    assert job.state is State.EXPIRED
    jobs.replay(job.id)
    assert jobs.ended(job.id).state is State.SUCCEEDED


def test_busy_workers_leave_async_handlers_alone(jobs: Jobs, ledger: Ledger, busy_worker: str) -> None:
    """While every worker is taken, and def handlers wait for one, async def handlers begin at once."""
    behind = [jobs.put(Nap(0.01)) for _ in range(5)]
    dozing = jobs.run(Doze(0.05))
    assert dozing.state is State.SUCCEEDED
    assert busy_worker not in ledger.subjects("end")
    assert {jobs.state(job_id) for job_id in behind} == {State.READY}
    for job_id in behind:
        jobs.ended(job_id)


def test_concurrency_of_async_handlers(jobs: Jobs, ledger: Ledger) -> None:
    """JOBS_CONCURRENCY bounds how many async def handlers run at once, also after many short ones."""
    for job_id in jobs.put_all([Doze()] * 30):
        jobs.ended(job_id)
    ledger.clear()
    for job_id in jobs.put_all([Doze(0.1)] * 6):
        jobs.ended(job_id)
    assert ledger.most_at_once() == 2


def test_other_queues_are_left_alone(jobs: Jobs) -> None:
    """With JOBS_QUEUES a consumer serves these queues and no others."""
    letter = jobs.put(Letter())
    jobs.run(Add(1, 1))
    assert jobs.state(letter) is State.READY
