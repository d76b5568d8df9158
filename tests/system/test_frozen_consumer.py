"""A consumer that freezes in the midst of its work, and thaws when others have done it."""

import signal

from jobdefs import State
from tests.support.consumers import RunningConsumer
from tests.support.jobs import Jobs
from tests.support.ledger import Ledger
from tests.support.shop.jobs import Doze, Nap
from tests.support.waiting import eventually
from tests.system.conftest import StartConsumer

LATE = ("no longer ours", "refused the end")


def freeze_in_mid_work(running: RunningConsumer, jobs: Jobs, ledger: Ledger) -> list[str]:
    """Feed a consumer until it is caught with jobs that run and jobs that have ended untold; return all that it got."""
    fed: list[str] = []

    def is_caught() -> bool:
        fed.extend(jobs.put_all([Nap(0.05), *[Doze()] * 4]))
        running.send(signal.SIGSTOP)
        untold = [job_id for job_id in ledger.subjects("end")[-20:] if jobs.state(job_id) is State.RUNNING]
        if untold and ledger.under_way():
            return True
        running.send(signal.SIGCONT)
        return False

    eventually(is_caught, 30, "a consumer with jobs that run and jobs that have ended untold")
    return fed


def refusals(running: RunningConsumer, job_id: str) -> list[str]:
    return [line for word in LATE for line in running.logged(job_id, word)]


def test_late_ends_are_refused(start_consumer: StartConsumer, redis_url: str, jobs: Jobs, ledger: Ledger) -> None:
    """What a consumer held when it froze for longer than a lease runs elsewhere; of its own ends none is applied."""
    frozen = start_consumer(redis_url, "-w", "2", JOBS_LEASE="1")
    fed = freeze_in_mid_work(frozen, jobs, ledger)
    held = [job_id for job_id in fed if jobs.state(job_id) is State.RUNNING]
    start_consumer(redis_url, "-w", "2", JOBS_LEASE="1")
    before = [jobs.ended(job_id, timeout=30) for job_id in fed]
    begun = len(ledger.subjects("start"))
    frozen.send(signal.SIGCONT)
    eventually(lambda: all(refusals(frozen, job_id) for job_id in held), what="a refusal of each late end")
    assert jobs.run(Nap(0.05)).state is State.SUCCEEDED
    assert [jobs.find(job_id) for job_id in fed] == before
    assert {(job.state, job.failures) for job in before} == {(State.SUCCEEDED, 0)}
    assert {job.id for job in before if job.lost} == set(held)
    assert len(ledger.subjects("start")) == begun + 1
