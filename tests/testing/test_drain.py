"""drain(): every ready job is run to its end, by real claims, in the test's process."""

import asyncio
import threading
from datetime import timedelta

import pytest

from consumer.testing import Jobs, SyncJobs
from jobdefs import State
from jobdefs.record import JobRecord
from tests.support.jobs import story
from tests.support.post import handlers
from tests.support.post.jobs import Break, Doze, Letter, Oddity, Stamp, Wait


def ends(jobs: list[JobRecord]) -> list[tuple[str, str]]:
    return [(job.envelope.name if job.envelope else "", job.state.value) for job in jobs]


def test_def_and_async_def(sync_jobs: SyncJobs) -> None:
    """Both kinds of handlers run, a def one in the thread of a plain test, and what became of each job is told."""
    sync_jobs.enqueue(Letter("ada"))
    sync_jobs.enqueue(Stamp(7))
    done = sync_jobs.drain()
    assert ends(done) == [("STAMP", "succeeded"), ("LETTER", "succeeded")]
    assert [job.result for job in done] == [b"7", b'{"to":"ada","attempt":1,"places":["box","hall"]}']
    assert story(done[0]) == ["enqueued", "running", "succeeded"]
    assert handlers.threads[-1] is threading.current_thread()
    assert sync_jobs.drain() == []


async def test_on_the_tests_own_loop(jobs: Jobs) -> None:
    """In an async def test, async def handlers run on its loop, and def ones do not block it."""
    jobs.enqueue(Letter("ada", stamps=1))
    assert ends(await jobs.drain()) == [("LETTER", "succeeded"), ("STAMP", "succeeded")]
    assert handlers.threads[-1] is not threading.current_thread()


def test_retries_do_not_wait(sync_jobs: SyncJobs) -> None:
    """A job that fails is tried again as its policy says, by a time that moves on to the next attempt."""
    sync_jobs.enqueue(Letter("ada", failures=2))
    [job] = sync_jobs.drain()
    assert story(job) == ["enqueued", "running", "failed", "running", "failed", "running", "succeeded"]
    [first, _, second] = [event.at_ms for event in job.events if event.name == "running"]
    assert 2_000 < second - first < 60_000


def test_what_fails_for_good(sync_jobs: SyncJobs) -> None:
    """A job whose attempts are used up is dead, and tells why; the test goes on."""
    sync_jobs.enqueue(Letter("ada", failures=9))
    [job] = sync_jobs.drain()
    assert (job.state, job.failures) == (State.DEAD, 3)
    assert job.error is not None
    assert (job.error.type, job.error.message) == ("tests.support.post.handlers.LetterBoxFull", "ada")
    assert "in deliver" in job.error.traceback


def test_delayed_jobs_wait_for_their_time(sync_jobs: SyncJobs) -> None:
    """A job with a delay of its own is left until the test lets the time pass."""
    sync_jobs.enqueue(Stamp(1), delay=timedelta(days=2))
    assert sync_jobs.drain() == []
    sync_jobs.advance(timedelta(days=2) - timedelta(hours=1))
    assert sync_jobs.drain() == []
    sync_jobs.advance(timedelta(hours=1))
    assert ends(sync_jobs.drain()) == [("STAMP", "succeeded")]


def test_snoozed_jobs_come_back(sync_jobs: SyncJobs) -> None:
    """A job that asks for another time gets it, and has used up no attempt."""
    sync_jobs.enqueue(Wait(times=3))
    [job] = sync_jobs.drain()
    assert (job.state, job.result) == (State.SUCCEEDED, b"1")
    assert (job.finished_at_ms or 0) - job.events[0].at_ms >= timedelta(days=3) // timedelta(milliseconds=1)


def test_timeouts(sync_jobs: SyncJobs) -> None:
    """A handler that takes longer than its definition allows has failed."""
    sync_jobs.enqueue(Doze())
    [job] = sync_jobs.drain()
    assert job.error is not None
    assert job.error.type == "huey.exceptions.TaskTimeout"


def test_long_payloads(sync_jobs: SyncJobs) -> None:
    """A payload arrives whole, however long."""
    sync_jobs.enqueue(Letter("x" * 20_000))
    [job] = sync_jobs.drain()
    assert len(job.result or b"") > 20_000


def test_results_that_cannot_be_kept(sync_jobs: SyncJobs) -> None:
    """A result without a written form makes the job dead, as it would in production."""
    sync_jobs.enqueue(Oddity())
    [job] = sync_jobs.drain()
    assert job.error is not None
    assert "its result cannot be kept" in job.error.message


def test_jobs_that_never_end(sync_jobs: SyncJobs, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job that comes back for ever ends the test, and is named."""
    monkeypatch.setattr("consumer.testing.drain.MOST", 20)
    job_id = sync_jobs.enqueue(Wait(times=1_000_000))
    with pytest.raises(AssertionError, match=rf"drain\(\) has run 20 attempts, and WAIT {job_id} is ready"):
        sync_jobs.drain()


@pytest.mark.parametrize(("loudly", "end"), [(False, pytest.fail.Exception), (True, KeyboardInterrupt)])
async def test_a_handler_can_end_the_test(jobs: Jobs, loudly: bool, end: type[BaseException]) -> None:  # noqa: FBT001 - a parameter
    """What is raised to end a test, or the whole run, ends it also where a handler raises it."""
    jobs.enqueue(Break(loudly))
    with pytest.raises(end):
        await jobs.drain()


async def test_a_drain_can_be_cancelled(jobs: Jobs) -> None:
    """Whoever bounds the drain by a timeout is not kept by a handler."""
    jobs.enqueue(Doze())
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(jobs.drain(), 0.01)


async def test_the_wrong_fixture(sync_jobs: SyncJobs) -> None:
    """Who takes the fixture for plain tests in an async def one is told which one to take."""
    sync_jobs.enqueue(Letter("ada"))
    with pytest.raises(RuntimeError, match="sync_jobs is for plain tests; an async def test takes jobs, and awaits"):
        sync_jobs.drain()
