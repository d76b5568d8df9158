"""What a handler may do to its consumer, and cannot."""

from datetime import timedelta

import pytest

from jobdefs import Snooze, State
from tests.support.consumers import RunningConsumer
from tests.support.jobs import Jobs
from tests.support.shop.jobs import Add, Mumble

pytestmark = pytest.mark.usefixtures("consumer")


def test_an_error_that_is_no_text_harms_no_neighbour(jobs: Jobs) -> None:
    """An error with a lone surrogate is kept as far as it can be, and jobs settled with it have run once."""
    mumbled, *others = jobs.put_all([Mumble(), *[Add(1, 1)] * 20])
    assert [(jobs.ended(other).state, jobs.ended(other).lost) for other in others] == [(State.SUCCEEDED, 0)] * 20
    job = jobs.ended(mumbled)
    assert (job.state, job.failures, job.lost) == (State.DEAD, 3, 0)


def test_a_far_away_moment_stops_no_consumer(jobs: Jobs, consumer: RunningConsumer) -> None:
    """A consumer waits for a job that is due in ten years, and runs others meanwhile."""
    jobs.put(Add(1, 1), delay=timedelta(days=3650))
    assert jobs.run(Add(2, 3)).state is State.SUCCEEDED
    assert consumer.process.poll() is None


@pytest.mark.parametrize("delay", [timedelta(0), timedelta(seconds=-1), timedelta(days=400_000)])
def test_a_snooze_has_bounds(delay: timedelta) -> None:
    """A job cannot be snoozed for nothing, nor for longer than any job may wait."""
    with pytest.raises(ValueError, match="more than nothing and at most 3650 days"):
        Snooze(delay)
