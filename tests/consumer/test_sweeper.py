"""The sweeper of a consumer: what got lost runs all the same, and the operator is told."""

from collections.abc import Iterator
from typing import Any

import pytest

from jobdefs import State
from jobdefs.storage.inspection import InspectionCalls
from jobdefs.storage.upkeep import UpkeepCalls
from tests.consumer.conftest import StartConsumer
from tests.support import version_one
from tests.support.jobs import Jobs
from tests.support.servers import RealServer
from tests.support.shop.jobs import Add
from tests.support.waiting import eventually


@pytest.fixture
def client(redis_url: str, valkey_server: RealServer) -> Iterator[Any]:
    """A client of the server, which is empty."""
    with valkey_server.client() as opened:
        yield opened


def test_a_forgotten_job_runs(start_consumer: StartConsumer, jobs: Jobs, client: Any) -> None:
    """A job that got lost from its queue is put back and run; its id and what was wrong are in the log."""
    job_id = jobs.put(Add(1, 2))
    client.delete("{jobs}:ready:default")
    consumer = start_consumer("-n")
    assert jobs.ended(job_id).state is State.SUCCEEDED
    assert "WARNING" in consumer.says(f"repaired job {job_id}: it was ready, and in no index")
    assert client.hget("{jobs}:meta", "repairs") == b"1"


def test_a_lost_job_is_told_once(start_consumer: StartConsumer, jobs: Jobs, client: Any) -> None:
    """Where the ledger misses jobs, the log says so at ERROR, once for every change."""
    client.hset("{jobs}:ledger", "enqueued GONE", 1)
    consumer = start_consumer("-n")
    assert "ERROR" in consumer.says("the ledger is off: GONE: 1 jobs were put in, and there are none")
    client.hset("{jobs}:ledger", "dead GONE", 1)
    client.hdel("{jobs}:meta", "sweep_at_ms")
    consumer.says("the ledger agrees again")
    assert len(consumer.logged("ledger")) == 2


def test_a_sweep_that_is_not_permitted_is_told(start_consumer: StartConsumer, jobs: Jobs, client: Any) -> None:
    """Where the server's user may not scan, the log says what is missing, and jobs run all the same."""
    client.execute_command("ACL", "SETUSER", "default", "-scan")
    try:
        consumer = start_consumer("-n")
        assert "WARNING" in consumer.says("cannot sweep: The server at", "'scan'")
        assert jobs.run(Add(1, 2)).state is State.SUCCEEDED
    finally:
        client.execute_command("ACL", "SETUSER", "default", "+scan")


def test_nothing_is_wrong_under_load(start_consumer: StartConsumer, jobs: Jobs, client: Any) -> None:
    """However the sweep falls in with consumers that work, it finds nothing to repair, and the ledger agrees."""
    consumers = [start_consumer("-n", "-w", "4") for _ in range(2)]
    last = [job_id for _ in range(40) for job_id in jobs.put_all([Add(1, 2)] * 50)][-1]
    passes = 0
    while passes < 3 or jobs.state(last) is not State.SUCCEEDED:
        client.hdel("{jobs}:meta", "sweep_at_ms")
        sweep = jobs.store.send(UpkeepCalls("jobs", at_once=300).sweep())
        assert sweep.repairs == ()
        assert jobs.store.send(InspectionCalls("jobs").ledger()).faults == ()
        passes += sweep.ended
    assert client.hget("{jobs}:meta", "repairs") is None
    assert [consumer.logged("repaired") + consumer.logged("ledger") for consumer in consumers] == [[], []]


def test_a_consumer_carries_version_1_over(start_consumer: StartConsumer, jobs: Jobs, client: Any) -> None:
    """A consumer that finds the key space of version 1 says that it carries it over, and runs what is there."""
    version_one.write(client, "jobs")
    consumer = start_consumer("-n")
    assert "INFO" in consumer.says("carried the key space over from version 1 to 2")
    assert client.hget("{jobs}:meta", "schema") == b"2"
    assert jobs.run(Add(1, 2)).state is State.SUCCEEDED
    eventually(lambda: jobs.state("ready") is State.PARKED, what="a claim of version 1's jobs, which nobody here knows")
    assert jobs.state("succeeded") is State.SUCCEEDED
