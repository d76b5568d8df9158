"""Workers and consumers share what there is to do: none is idle while jobs wait."""

from datetime import timedelta
from functools import partial

from consumer.lanes import Occupancy
from jobdefs import State
from tests.consumer.conftest import StartConsumer
from tests.support.jobs import Jobs
from tests.support.ledger import Ledger
from tests.support.shop.jobs import Add, Nap
from tests.support.waiting import eventually


def test_short_jobs_do_not_wait_behind_a_long_one(start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger) -> None:
    """What a worker was given in advance goes to others when a job before it turns out to be long."""
    start_consumer("-n", "-k", "process", "-w", "2")
    for job_id in jobs.put_all([Add(1, 1)] * 100):
        jobs.ended(job_id)
    holding, *behind = jobs.put_all([Nap(1), *[Add(1, 1)] * 20])
    for job_id in behind:
        assert jobs.ended(job_id).state is State.SUCCEEDED
    assert jobs.state(holding) is State.RUNNING
    assert ledger.subjects("end") == []


def test_every_worker_is_woken(start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger, kind: str) -> None:
    """Of jobs that come all at once every worker takes some, in threads or in processes; -w says how many there are."""
    start_consumer("-n", "-k", kind, "-w", "3")

    def at_once() -> tuple[int, int]:
        ledger.clear()
        holders = {jobs.ended(job_id).result for job_id in jobs.put_all([Nap(0.1)] * 6)}
        return ledger.most_at_once(), len(holders)

    all_of_them = (3, 3 if kind == "process" else 1)
    eventually(lambda: at_once() == all_of_them, what="every worker at work")
    assert [at_once() for _ in range(4)] == [all_of_them] * 4


def test_two_consumers(start_consumer: StartConsumer, jobs: Jobs) -> None:
    """Two consumers of one queue both work."""
    for _ in range(2):
        start_consumer("-n", "-w", "2")
    holders = {jobs.ended(job_id).result for job_id in jobs.put_all([Nap(0.1)] * 12)}
    assert len(holders) == 2


def is_running(jobs: Jobs, job_id: str) -> bool:
    return jobs.state(job_id) is State.RUNNING


def test_a_job_starts_while_long_ones_run(start_consumer: StartConsumer, jobs: Jobs, kind: str) -> None:
    """A consumer with room starts what comes in, however long its other jobs run and whatever comes in between."""
    start_consumer("-n", "-k", kind, "-w", "4")
    for _ in range(4):
        job_id = jobs.put(Nap(5))
        eventually(partial(is_running, jobs, job_id), timeout=2, what="the job to start")
        jobs.put(Nap(0), delay=timedelta(minutes=1))


def test_a_lane_rests_longer_each_time_it_finds_nothing() -> None:
    """A lane that finds only jobs of others asks for jobs less and less often, down to twice a second."""
    occupancy = Occupancy(1)
    rests = []
    for _ in range(6):
        occupancy.note(found=False)
        rests.append(round(occupancy.rest_s, 2))
    assert rests == [0.05, 0.1, 0.2, 0.4, 0.5, 0.5]
    occupancy.note(found=True)
    assert occupancy.rest_s == 0
