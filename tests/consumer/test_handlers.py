"""Handlers of definitions, run by a real consumer with threads and with processes."""

import json
from datetime import timedelta

import pytest

from jobdefs import State, TestJob
from jobdefs.storage.inspection import InspectionCalls
from tests.support.consumers import RunningConsumer
from tests.support.jobs import NAMESPACE, Jobs, story
from tests.support.ledger import Ledger
from tests.support.shop.jobs import About, AboutAsync, Add, Echo, Order, Orders, Stuck, StuckAsync
from tests.support.waiting import eventually

pytestmark = pytest.mark.usefixtures("consumer")


@pytest.mark.parametrize(("payload", "result"), [(Add(2, 3), b"5"), (Echo("å"), '"å"'.encode())])
def test_def_and_async_def(jobs: Jobs, payload: object, result: bytes) -> None:
    """A handler may be def or async def; what it returns is kept as JSON."""
    job = jobs.run(payload)
    assert (job.state, job.result, story(job)) == (State.SUCCEEDED, result, ["enqueued", "running", "succeeded"])


@pytest.mark.parametrize("length", [8_100, 200_000])
def test_long_payloads(jobs: Jobs, length: int) -> None:
    """A payload arrives whole, however long, among short ones that are claimed with it."""
    texts = ["x" * length, "short", "y" * length]
    ended = [jobs.ended(job_id) for job_id in jobs.put_all([Echo(text) for text in texts])]
    assert [job.result for job in ended] == [json.dumps(text).encode() for text in texts]


def test_proof_of_concept(jobs: Jobs, consumer: RunningConsumer) -> None:
    """TEST_JOB logs its data exactly once, in a line that names the job, and returns it."""
    job = jobs.run(TestJob(message="hello", number=7))
    assert (job.state, job.result) == (State.SUCCEEDED, b'{"message":"hello","number":7}')
    line = consumer.says("TEST_JOB processed successfully with data: {'message': 'hello', 'number': 7}", job.id)
    assert f"[job_id={job.id} job_name=TEST_JOB queue=default attempt=1]" in line
    assert consumer.logged("TEST_JOB processed successfully", job.id) == [line]


def test_context_of_a_def_handler(jobs: Jobs) -> None:
    """A second argument is the context: it tells the job, the attempt, and keys for outside systems."""
    job = jobs.run(About())
    assert json.loads(job.result or b"") == {
        "id": job.id,
        "name": "ABOUT",
        "queue": "default",
        "attempt": 2,
        "attempts": 3,
        "lost": 0,
        "fence": 2,
        "key": f"{job.id}:0",
        "seconds_left": None,
        "should_stop": False,
    }


def test_context_of_an_async_def_handler(jobs: Jobs) -> None:
    """The context of an attempt with a timeout tells how much time is left."""
    told = json.loads(jobs.run(AboutAsync()).result or b"")
    assert (told["name"], told["attempt"], told["attempts"], told["should_stop"]) == ("ABOUT_ASYNC", 1, 3, False)
    assert 15 < told["seconds_left"] <= 20


def test_follow_up(jobs: Jobs, ledger: Ledger) -> None:
    """A job that a handler enqueues is put in together with the success of its attempt."""
    job = jobs.run(Order())
    [follow_up] = ledger.subjects(f"ordered-by-{job.id}")
    assert job.state is State.SUCCEEDED
    assert jobs.ended(follow_up).result == b'"ordered"'


def test_many_follow_ups_of_many(jobs: Jobs) -> None:
    """Ends that cause too much for one exchange are told in several: each counts once, with all its follow-ups."""
    before = put_in(jobs, "ECHO")
    for job_id in jobs.put_all([Orders(30)] * 64):
        assert jobs.ended(job_id).state is State.SUCCEEDED
    assert put_in(jobs, "ECHO") - before == 64 * 30


def put_in(jobs: Jobs, name: str) -> int:
    """Return how many jobs of a name were ever put in."""
    entries = jobs.store.send(InspectionCalls(NAMESPACE).ledger()).entries
    return sum(entry.enqueued for entry in entries if entry.name == name)


def test_follow_up_of_a_failure(jobs: Jobs, ledger: Ledger) -> None:
    """What a handler enqueues before it fails was never there."""
    job = jobs.run(Order(fails=True))
    [follow_up] = ledger.subjects(f"ordered-by-{job.id}")
    assert (job.state, jobs.find(follow_up)) == (State.DEAD, None)


def test_timeout_of_an_async_def_handler(jobs: Jobs) -> None:
    """An async def handler that takes too long is cancelled, and its attempt has failed."""
    job = jobs.run(StuckAsync())
    assert job.state is State.DEAD
    assert job.error is not None
    assert (job.error.type, job.error.message) == ("huey.exceptions.TaskTimeout", "timeout (0.2s)")


def test_timeout_of_a_def_handler(jobs: Jobs) -> None:
    """A def handler that takes too long is interrupted in a process; in a thread its attempt ends without it."""
    job = jobs.run(Stuck())
    assert job.state is State.DEAD
    assert job.error is not None
    assert (job.error.type, job.error.message) == ("huey.exceptions.TaskTimeout", "timeout (0.2s)")


def test_delayed_jobs_start_in_time(jobs: Jobs) -> None:
    """A delayed job starts at its time, also if it is put in just as the consumer hears that there is nothing to do."""
    for _ in range(50):
        jobs.run(Add(1, 1))
        job = jobs.run(Add(1, 1), delay=timedelta(milliseconds=15))
        assert job.envelope is not None
        assert 15 <= (job.claimed_at_ms or 0) - job.envelope.enqueued_at_ms < 1000


def test_every_attempt_is_logged_with_its_number(jobs: Jobs, consumer: RunningConsumer) -> None:
    """A failed attempt is logged with its error, once, under its number."""
    job = jobs.run(About())
    consumer.says(job.id, "attempt=1")
    assert len(eventually(lambda: consumer.logged(job.id, "Unhandled exception"))) == 1
