"""What a consumer holds: what it hears of a lease touches no later lease of the same job."""

from jobdefs.record import JobRecord
from jobdefs.state import State
from tests.consumer.conftest import StartConsumer
from tests.support.jobs import Jobs
from tests.support.shop.jobs import Restless


def test_a_job_that_comes_again_and_again_is_never_lost(start_consumer: StartConsumer, jobs: Jobs) -> None:
    """A job that ends and is claimed again by the same consumer while that one beats is not taken for lost."""
    running = start_consumer("-n", "-w", "2", JOBS_LEASE="1")
    job_ids = [jobs.put(Restless(times=1500)) for _ in range(4)]
    ended: list[JobRecord] = [jobs.ended(job_id, timeout=60) for job_id in job_ids]
    assert [(job.state, job.lost, job.failures) for job in ended] == [(State.SUCCEEDED, 0, 0)] * 4
    assert running.logged("no longer ours") == []
