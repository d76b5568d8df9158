"""An aiohttp application under test reaches the same server, and the time that the test moves."""

from datetime import timedelta

import attrs
import pytest
from aiohttp import web
from pytest_aiohttp.plugin import AiohttpClient

import service
from consumer.testing import Jobs
from consumer.testing.clock import MovedClock, local_ms
from jobdefs import State
from tests.support.post.jobs import Letter, Stamp

FAR = timedelta(days=1)


@pytest.fixture
async def queue(jobs: Jobs, aiohttp_client: AiohttpClient) -> service.QueueService:
    """The queue of an application that takes its settings and definitions from the environment."""
    app = web.Application()
    service.setup(app)
    await aiohttp_client(app)
    return app[service.QUEUE]


async def test_what_the_application_enqueues(jobs: Jobs, queue: service.QueueService) -> None:
    """enqueued() gives back equal payload objects, the oldest first, whatever became of the jobs."""
    letters = [Letter("ada"), Letter("bob", failures=9), Letter("eve")]
    for letter in letters[:2]:
        await queue.enqueue(letter)
    await jobs.drain()
    await queue.enqueue("LETTER", attrs.asdict(letters[2]), delay=FAR)
    await queue.enqueue(Stamp(1))
    assert jobs.enqueued(Letter) == letters
    assert [record.state for record in jobs.records(Letter)] == [State.SUCCEEDED, State.DEAD, State.SCHEDULED]


async def test_time_moves_for_the_application_too(jobs: Jobs, queue: service.QueueService) -> None:
    """A delay counts from the moment at which the job is put in, by the moved time."""
    jobs.advance(FAR)
    await queue.enqueue(Stamp(1), delay=FAR / 2)
    assert await jobs.drain() == []
    jobs.advance(FAR / 2)
    assert len(await jobs.drain()) == 1


async def test_jobs_expire(jobs: Jobs, queue: service.QueueService) -> None:
    """A job that was not begun in time is not run."""
    await queue.enqueue(Stamp(1), expires_in=FAR)
    jobs.advance(FAR + timedelta(seconds=1))
    [job] = await jobs.drain()
    assert job.state is State.EXPIRED


async def test_jobs_are_forgotten(jobs: Jobs, queue: service.QueueService) -> None:
    """What has ended is kept as long as its definition says."""
    receipt = await queue.enqueue(Stamp(1), id="once")
    await jobs.drain()
    jobs.advance(timedelta(hours=25))
    await jobs.drain()
    assert jobs.enqueued(Stamp) == []
    assert not (await queue.enqueue(Stamp(1), id=receipt.id)).created


@pytest.mark.parametrize("_time", [1, 2])
async def test_every_test_begins_with_nothing(jobs: Jobs, queue: service.QueueService, _time: int) -> None:
    """No test sees the jobs of another one."""
    assert jobs.enqueued(Stamp) == []
    await queue.enqueue(Stamp(1), id="always-the-same")
    assert jobs.enqueued(Stamp) == [Stamp(1)]


async def test_time_goes_one_way(jobs: Jobs) -> None:
    """The time of a test is not moved back."""
    with pytest.raises(ValueError, match="time cannot be moved back: -1 day"):
        jobs.advance(-FAR)


@pytest.mark.parametrize("took_ms", [0, 1, 50, 5_000])
def test_moved_time_is_never_behind(took_ms: int) -> None:
    """However long the store took to tell its time, what is due after a delay is due when that has been let pass."""
    now_ms = local_ms()
    clock = MovedClock(store_ms=now_ms, asked_ms=now_ms - took_ms)
    due_ms = now_ms + 5_000
    clock.advance(timedelta(seconds=5))
    assert int(clock.argument(lambda: None)) > due_ms
