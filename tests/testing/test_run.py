"""run(): one call of a handler, with everything written down and read back on its way."""

from datetime import timedelta
from typing import Any, cast

import pytest

from consumer.testing import Jobs, SyncJobs
from jobdefs import TestJob, define
from jobdefs.errors import InvalidPayload, UnknownJob, UnwritableResult
from tests.support.post.handlers import LetterBoxFull
from tests.support.post.jobs import Doze, Letter, Oddity, Stamp


def test_result_is_what_a_client_sees(sync_jobs: SyncJobs) -> None:
    """The result comes back as JSON does, whatever the handler returned."""
    assert sync_jobs.run(Letter("ada")) == {"to": "ada", "attempt": 1, "places": ["box", "hall"]}
    assert sync_jobs.run(Stamp(3)) == 3


async def test_in_an_async_def_test(jobs: Jobs) -> None:
    """Both kinds of handlers can be awaited; the number of the attempt is the test's to choose."""
    assert (await jobs.run(Letter("ada"), attempt=2))["attempt"] == 2
    assert await jobs.run(Stamp(3)) == 3


def test_payload_is_checked(sync_jobs: SyncJobs) -> None:
    """A payload that could not be enqueued does not come to the handler."""
    with pytest.raises(InvalidPayload, match=r"The payload does not fit LETTER: \$\.to: expected a string, got an int"):
        sync_jobs.run(Letter(to=cast("Any", 5)))


def test_result_is_checked(sync_jobs: SyncJobs) -> None:
    """A result that could not be kept is an error of the test."""
    with pytest.raises(UnwritableResult, match="object has no written form"):
        sync_jobs.run(Oddity())


def test_errors_are_raised(sync_jobs: SyncJobs) -> None:
    """What the handler raises reaches the test; what it enqueued before was never there."""
    with pytest.raises(LetterBoxFull, match="ada") as raised:
        sync_jobs.run(Letter("ada", failures=1, stamps=2))
    assert raised.value.__context__ is None
    assert sync_jobs.enqueued(Stamp) == []
    sync_jobs.run(Letter("ada", failures=1, stamps=2), attempt=2)
    assert sync_jobs.enqueued(Stamp) == [Stamp(0), Stamp(1)]


def test_attempts_begin_with_one(sync_jobs: SyncJobs) -> None:
    """No handler ever sees an attempt 0, and none does in a test."""
    with pytest.raises(ValueError, match="attempts are counted from 1: 0"):
        sync_jobs.run(Letter("ada"), attempt=0)


def test_timeout(sync_jobs: SyncJobs) -> None:
    """An async def handler is not waited for longer than its definition allows."""
    with pytest.raises(TimeoutError):
        sync_jobs.run(Doze())


def test_unknown_class(sync_jobs: SyncJobs) -> None:
    """A class that is no definition of this project is named, with the setting to look at."""

    @define("STRANGER")
    class Stranger(TestJob):
        pass

    with pytest.raises(UnknownJob, match=r"No job is named 'STRANGER'\. Is its module named in JOBS_MODULES\?"):
        sync_jobs.run(Stranger("hello"))


def test_a_class_without_definition(sync_jobs: SyncJobs) -> None:
    """Asking for jobs of a class that is none is an error, and not an empty list."""
    with pytest.raises(UnknownJob, match="No job is named 'timedelta'"):
        sync_jobs.enqueued(cast("Any", timedelta))
