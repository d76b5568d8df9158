"""The ledger on the command line."""

import json

from tests.cli.conftest import Jobs
from tests.support.servers import RealServer


def enqueue(jobs: Jobs, *options: str) -> None:
    assert jobs("enqueue", "TEST_JOB", '{"message": "hello"}', *options).code == 0


def test_queues_counts_by_name(jobs: Jobs) -> None:
    """`jobs queues` has a second table: for each name how many jobs were put in, and their states."""
    enqueue(jobs, "--id", "a")
    enqueue(jobs)
    assert jobs("cancel", "a").code == 0

    *_, heads, row = jobs("queues").out.splitlines()

    assert heads.split()[:4] == ["NAME", "ENQUEUED", "SCHEDULED", "READY"]
    assert row.split() == ["TEST_JOB", "2", "0", "1", "0", "0", "0", "0", "0", "1", "0"]
    assert json.loads(jobs("queues", "--json").out)["jobs"][0]["enqueued"] == 2


def test_queues_tells_what_is_off(jobs: Jobs, valkey_server: RealServer) -> None:
    """Where jobs are missing, and where the sweeper had to repair, a line says so; else nothing does."""
    enqueue(jobs)
    assert "ledger" not in jobs("queues").out
    with valkey_server.client() as server:
        server.hincrby("{jobs}:ledger", "enqueued TEST_JOB", 1)
        server.hset("{jobs}:meta", mapping={"repairs": 2, "stale": 3})

    *_, repairs, stale, fault = jobs("queues").out.splitlines()

    assert repairs == "repairs by the sweeper: 2"
    assert stale == "ends of attempts refused since their lease was lost: 3"
    assert fault == "the ledger is off: TEST_JOB: 2 jobs were put in, and there are 1 ready"
