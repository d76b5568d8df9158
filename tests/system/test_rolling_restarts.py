"""A new release goes round: one consumer after another is told to stop, and another one takes its place."""

from collections import Counter

from jobdefs import State
from tests.support.jobs import Jobs
from tests.support.ledger import Ledger
from tests.support.shop.jobs import Doze, Nap
from tests.system.conftest import StartConsumer

CONSUMERS = 3
ROUNDS = 2


def test_nobody_notices(start_consumer: StartConsumer, redis_url: str, jobs: Jobs, ledger: Ledger) -> None:
    """Under load, three consumers are restarted twice by SIGTERM: each job runs exactly once, no attempt is used up."""
    fleet = [start_consumer(redis_url, "-w", "4") for _ in range(CONSUMERS)]
    job_ids: list[str] = []
    for _ in range(ROUNDS):
        for number in range(CONSUMERS):
            job_ids += jobs.put_all([Nap(0.05), Doze(0.05), Nap()] * 50)
            assert fleet[number].stop(within=20) == 0
            fleet[number] = start_consumer(redis_url, "-w", "4")
    ended = [jobs.ended(job_id, timeout=30) for job_id in job_ids]
    assert {(job.state, job.failures, job.lost) for job in ended} == {(State.SUCCEEDED, 0, 0)}
    assert Counter(ledger.subjects("start")) == Counter(job_ids)
    assert len({process for _, _, process in ledger.entries()}) > CONSUMERS
