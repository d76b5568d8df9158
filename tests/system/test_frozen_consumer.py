"""A consumer that freezes in the midst of its work, and thaws when others do it."""

from contextlib import ExitStack

from jobdefs import State
from tests.support.consumers import RunningConsumer
from tests.support.jobs import Jobs
from tests.support.ledger import Ledger
from tests.support.shop.jobs import Nap, Slower
from tests.support.waiting import eventually
from tests.system.conftest import StartConsumer

LATE = ("no longer ours", "refused the end")


def freeze_in_mid_work(running: RunningConsumer, jobs: Jobs, ledger: Ledger, thaw: ExitStack) -> list[str]:
    """Feed a consumer until it is caught with jobs that run and jobs that have ended untold; return all that it got."""
    fed: list[str] = []

    def is_caught() -> bool:
        fed.extend(jobs.put_all([Nap(0.05), *[Slower()] * 4]))
        with ExitStack() as frozen:
            frozen.enter_context(running.frozen())
            if not ended_untold(jobs, ledger) or not ledger.under_way():
                return False
            thaw.push(frozen.pop_all())
            return True

    eventually(is_caught, 30, "a consumer with jobs that run and jobs that have ended untold")
    return fed


def ended_untold(jobs: Jobs, ledger: Ledger) -> list[str]:
    return [job_id for job_id in ledger.subjects("end")[-20:] if jobs.state(job_id) is State.RUNNING]


def refused(running: RunningConsumer, job_id: str) -> list[str]:
    return [line for word in LATE for line in running.logged(job_id, word)]


def test_late_ends_are_refused(start_consumer: StartConsumer, redis_url: str, jobs: Jobs, ledger: Ledger) -> None:
    """What a consumer held when it froze for longer than a lease runs elsewhere; of its own ends none is applied."""
    first = start_consumer(redis_url, "-w", "2", JOBS_LEASE="1")
    with ExitStack() as thaw:
        fed = freeze_in_mid_work(first, jobs, ledger, thaw)
        untold = ended_untold(jobs, ledger)
        held = [job_id for job_id in fed if jobs.state(job_id) is State.RUNNING]
        second = start_consumer(redis_url, "-w", "2", JOBS_LEASE="1")
        eventually(lambda: all(ledger.subjects("start").count(job_id) == 2 for job_id in untold), 20, "a second start")
        before = [job for job_id in fed if (job := jobs.find(job_id)) and job.state.final]
    eventually(lambda: all(refused(first, job_id) for job_id in held), what="a refusal of each late end")
    after = [jobs.ended(job_id, timeout=30) for job_id in fed]
    assert [job for job in after if job in before] == before
    assert {(job.state, job.failures) for job in after} == {(State.SUCCEEDED, 0)}
    assert {job.id for job in after if job.lost} == set(held)
    assert {job.result for job in before if job.lost} <= {str(second.process.pid).encode()}
    assert all(ledger.subjects("start").count(job_id) <= 1 + (job_id in held) for job_id in fed)
