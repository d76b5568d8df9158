"""How attempts fail, and what follows, in a real consumer with threads and with processes."""

import pytest

from jobdefs import State
from jobdefs.record import JobRecord
from tests.support.consumers import RunningConsumer
from tests.support.jobs import Jobs, story
from tests.support.shop.jobs import Doze, Fail, FailAsync, GiveUp, Nap, Wait

pytestmark = pytest.mark.usefixtures("consumer")

ATTEMPT = ["running", "failed"]


def error_of(job: JobRecord) -> tuple[str, str]:
    assert job.error is not None
    return job.error.type, job.error.message


def test_retried_until_it_succeeds(jobs: Jobs) -> None:
    """A job that fails twice succeeds in its third attempt, and the failures are told."""
    job = jobs.run(Nap(failures=2))
    assert (job.state, job.failures) == (State.SUCCEEDED, 2)
    assert story(job) == ["enqueued", *ATTEMPT, *ATTEMPT, "running", "succeeded"]


def test_dead_after_its_attempts(jobs: Jobs) -> None:
    """After its third failure a job is dead, with the error's type and message."""
    job = jobs.run(Fail("raise"))
    assert (job.state, job.failures, error_of(job)) == (State.DEAD, 3, ("ValueError", "boom"))
    assert story(job) == ["enqueued", *ATTEMPT, *ATTEMPT, "running", "dead"]


def test_the_log_tells_what_follows_a_failure(jobs: Jobs, consumer: RunningConsumer) -> None:
    """After each failure a line tells when the job runs again, or that it is dead."""
    job = jobs.run(Fail("raise"))
    for attempt in (1, 2):
        assert "WARNING" in consumer.says(job.id, f"attempt {attempt} failed: ValueError: boom; runs again in 0.")
    assert "ERROR" in consumer.says(job.id, "dead after attempt 3: ValueError: boom")


def test_traceback_begins_in_the_handler(jobs: Jobs) -> None:
    """The traceback that is kept begins in the handler: nothing of the consumer or of Huey is in it."""
    error = jobs.run(Fail("raise")).error
    assert error is not None
    lines = error.traceback.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert "shop/handlers.py" in lines[1]
    assert lines[1].endswith("in fail")
    assert lines[-1] == "ValueError: boom"
    assert not any("huey" in line or "/consumer/" in line for line in lines)


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        (Fail("refuse"), ("jobdefs.errors.NotRetryable", "never")),
        (GiveUp(), ("tests.support.shop.jobs.SoldOut", "gone")),
    ],
)
def test_not_retryable(jobs: Jobs, payload: object, error: tuple[str, str]) -> None:
    """NotRetryable, and what a policy names in never_for, make a job dead at once."""
    job = jobs.run(payload)
    assert (job.state, job.failures, error_of(job)) == (State.DEAD, 1, error)


def test_snooze(jobs: Jobs) -> None:
    """Snooze runs a job again later, and uses up no attempt."""
    job = jobs.run(Wait())
    assert (job.state, job.failures, job.result) == (State.SUCCEEDED, 0, b"1")
    assert story(job) == ["enqueued", "running", "snoozed", "running", "succeeded"]


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (Fail("exit"), "the handler called sys.exit(3)"),
        (Fail("interrupt"), "the handler raised KeyboardInterrupt"),
        (FailAsync("exit"), "the handler called sys.exit(4)"),
        (FailAsync("cancelled"), "the handler raised CancelledError"),
    ],
)
def test_what_would_end_a_program(jobs: Jobs, payload: object, message: str) -> None:
    """A handler that calls sys.exit, or comes upon something that was cancelled, has failed; the consumer goes on."""
    job = jobs.run(payload)
    assert (job.state, error_of(job)) == (State.DEAD, ("consumer.attempt.HandlerExited", message))
    assert jobs.run(Nap()).state is State.SUCCEEDED
    assert jobs.run(Doze()).state is State.SUCCEEDED


def test_result_that_cannot_be_kept(jobs: Jobs) -> None:
    """A result without a written form makes the job dead at once, since its work is done and must not be done twice."""
    job = jobs.run(Fail("unkeepable"))
    assert (job.state, job.failures) == (State.DEAD, 1)
    kind, message = error_of(job)
    assert kind == "jobdefs.errors.NotRetryable"
    assert message.startswith("the handler succeeded, but its result cannot be kept: The result cannot be written")
