"""The store is killed while jobs run, and comes back with what it had on its disk."""

import time

from jobdefs import State
from tests.support.jobs import jobs_on
from tests.support.ledger import Ledger
from tests.support.restarts import durable_server
from tests.support.shop.jobs import Doze, Nap
from tests.support.waiting import eventually
from tests.system.conftest import StartConsumer

LEASE_S = 1
AWAY_S = 1.5
JOB_S = 4


def test_nothing_runs_again(start_consumer: StartConsumer, ledger: Ledger) -> None:
    """Of twelve jobs that run while the store is away for longer than a lease, none is taken away and run again."""
    with durable_server() as server, jobs_on(server.url) as jobs:
        for _ in range(3):
            start_consumer(server.url, "-w", "2", JOBS_LEASE=str(LEASE_S), JOBS_CONCURRENCY="2")
        job_ids = jobs.put_all([Nap(JOB_S), Doze(JOB_S)] * 6)
        eventually(lambda: ledger.under_way() == len(job_ids), 20, "twelve jobs that run")
        server.kill()
        back_at = time.monotonic() + AWAY_S
        eventually(lambda: time.monotonic() > back_at)
        server.start()
        ended = [jobs.ended(job_id, timeout=30) for job_id in job_ids]
    assert {(job.state, job.failures, job.lost) for job in ended} == {(State.SUCCEEDED, 0, 0)}
    assert sorted(ledger.subjects("start")) == sorted(job_ids)
