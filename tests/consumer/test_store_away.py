"""The store goes away while jobs run: killed and started again, or frozen. Nothing is lost, no attempt is counted."""

import signal
import time
from collections.abc import Iterator

import pytest

from jobdefs import State
from tests.consumer.conftest import StartConsumer
from tests.support.jobs import Jobs, jobs_on
from tests.support.ledger import Ledger
from tests.support.restarts import DurableServer, durable_server
from tests.support.servers import RealServer
from tests.support.shop.jobs import Doze, Nap, Order
from tests.support.waiting import eventually


@pytest.fixture
def durable() -> Iterator[DurableServer]:
    """A server of the test's own."""
    with durable_server() as server:
        yield server


def all_ended_well(jobs: Jobs, job_ids: list[str]) -> None:
    for job_id in job_ids:
        job = jobs.ended(job_id, timeout=20)
        assert (job.state, job.failures, job.lost) == (State.SUCCEEDED, 0, 0)


def test_killed_and_started_again(
    start_consumer: StartConsumer, durable: DurableServer, ledger: Ledger, kind: str
) -> None:
    """Jobs that run and jobs that wait outlive a kill of the store; each runs once, and follow-ups are there once."""
    running = start_consumer("-n", "-k", kind, "-w", "4", url=durable.url)
    with jobs_on(durable.url) as jobs:
        job_ids = jobs.put_all([*[Nap(0.1), Doze(0.1)] * 15, *[Order()] * 5])
        eventually(lambda: ledger.under_way() >= 8)
        durable.kill()
        running.says("the store does not answer")
        durable.start()
        all_ended_well(jobs, job_ids)
        for order in job_ids[-5:]:
            assert jobs.ended(ledger.subjects(f"ordered-by-{order}")[0]).state is State.SUCCEEDED
    starts = ledger.subjects("start")
    assert sorted(starts) == sorted(job_ids[:-5])
    running.says("the store answers again")
    assert running.stop() == 0


def test_frozen(
    start_consumer: StartConsumer, valkey_server: RealServer, jobs: Jobs, ledger: Ledger, kind: str
) -> None:
    """A store that hangs for longer than a lease takes no job from anybody."""
    running = start_consumer("-n", "-k", kind, "-w", "2", JOBS_LEASE="1")
    start_consumer("-n", "-k", kind, "-w", "2", JOBS_LEASE="1")
    job_ids = jobs.put_all([*[Nap(2.5), Doze(2.5)] * 2, *[Nap(0.01)] * 20])
    eventually(lambda: ledger.under_way() >= 4)
    thawing = time.monotonic() + 2
    with valkey_server.frozen():
        eventually(lambda: time.monotonic() > thawing)
    all_ended_well(jobs, job_ids)
    assert sorted(ledger.subjects("start")) == sorted(job_ids)
    assert running.logged("Traceback") == []


def test_gone_at_the_end(start_consumer: StartConsumer, durable: DurableServer) -> None:
    """A consumer that is told to stop while the store is away, and has nothing to tell it, stops all the same."""
    running = start_consumer("-n", url=durable.url)
    with jobs_on(durable.url) as jobs:
        # Nor may the first of its questions be open, since then it may have claims to hand back.
        jobs.run(Nap())
    durable.kill()
    assert running.stop(within=8) == 0


def test_away_during_a_drain(start_consumer: StartConsumer, durable: DurableServer, ledger: Ledger, kind: str) -> None:
    """What ends in a drain while the store is away is told when it is back, as long as the drain may take."""
    running = start_consumer("-n", "-k", kind, "-w", "1", url=durable.url)
    with jobs_on(durable.url) as jobs:
        job_id = jobs.put(Nap(0.5))
        eventually(lambda: job_id in ledger.subjects("start"))
        durable.kill()
        running.send(signal.SIGTERM)
        eventually(lambda: job_id in ledger.subjects("end"))
        returning = time.monotonic() + 4
        eventually(lambda: time.monotonic() > returning)
        durable.start()
        assert running.process.wait(20) == 0
        job = jobs.find(job_id)
        assert job
        assert (job.state, job.lost) == (State.SUCCEEDED, 0)


def test_away_for_good(start_consumer: StartConsumer, durable: DurableServer, ledger: Ledger) -> None:
    """A drain that cannot tell the store of an end names the job, and says what follows."""
    running = start_consumer("-n", "-t", "1", url=durable.url)
    with jobs_on(durable.url) as jobs:
        told, untold = jobs.run(Nap()).id, jobs.put(Nap(0.5))
        eventually(lambda: untold in ledger.subjects("start"))
    durable.kill()
    assert running.stop(within=20) == 0
    running.says("ERROR", untold, "(succeeded): it runs again in another consumer")
    assert running.logged(told, "runs again") == []
