"""The store is killed while jobs run, and comes back with what it had on its disk."""

import time
from datetime import timedelta

from jobdefs import State
from jobdefs.storage.drivers import Store
from jobdefs.storage.execution import ExecutionCalls
from tests.support.jobs import NAMESPACE, jobs_on
from tests.support.ledger import Ledger
from tests.support.restarts import durable_server
from tests.support.shop.jobs import Doze, Nap
from tests.support.waiting import eventually
from tests.system.conftest import StartConsumer

LEASE_S = 2
AWAY_S = 2.5
JOB_S = 5


def passed(seconds: float) -> None:
    end = time.monotonic() + seconds
    eventually(lambda: time.monotonic() > end)


def be_there(store: Store) -> None:
    """Do what an idle consumer does: say so, and look for jobs."""
    calls = ExecutionCalls(NAMESPACE, timedelta(seconds=LEASE_S))
    store.send(calls.beat(holder="idle", held=[]))
    store.send(calls.exchange(queues=["default"], want=1, token="t", holder="idle"))


def test_nothing_runs_again(start_consumer: StartConsumer, ledger: Ledger) -> None:
    """Of twelve jobs that run while the store is away for longer than a lease, none is taken away and run again.

    That holds although one that runs jobs is not the first to find the store.
    """
    with durable_server() as server, jobs_on(server.url) as jobs:
        size = {"JOBS_LEASE": str(LEASE_S), "JOBS_CONCURRENCY": "2"}
        busy = [start_consumer(server.url, "-w", "2", **size) for _ in range(3)]
        job_ids = jobs.put_all([Nap(JOB_S), Doze(JOB_S)] * 6)
        eventually(lambda: ledger.under_way() == len(job_ids), 20, "twelve jobs that run")
        server.kill()
        passed(AWAY_S)
        with busy[0].frozen():
            server.start()
            be_there(jobs.store)
        ended = [jobs.ended(job_id, timeout=30) for job_id in job_ids]
    assert {(job.state, job.failures, job.lost) for job in ended} == {(State.SUCCEEDED, 0, 0)}
    assert sorted(ledger.subjects("start")) == sorted(job_ids)
