"""The ledger as a client and an operator see it, and the older key space that a service meets."""

from typing import Any

import pytest
from loguru import logger

from jobdefs.record import LedgerEntry
from jobdefs.state import State
from service.queue import QueueService
from tests.service.conftest import Client
from tests.support import version_one
from tests.support.servers import RealServer

PAYLOAD = {"message": "hello"}


async def test_the_ledger_by_name(client: Client, queue: QueueService) -> None:
    """GET /v1/queues has for each name how many jobs were put in and in which states they are."""
    await queue.enqueue("TEST_JOB", PAYLOAD, id="a")
    await queue.enqueue("TEST_JOB", PAYLOAD)
    await queue.cancel("a")
    shown = await (await client.get("/v1/queues")).json()
    states = dict.fromkeys(State, 0) | {"ready": 1, "cancelled": 1}
    assert shown["jobs"] == [{"name": "TEST_JOB", "enqueued": 2, **states, "balanced": True}]
    assert (shown["repairs"], shown["stale"]) == (0, 0)
    assert (await queue.ledger()).entries == (LedgerEntry(name="TEST_JOB", enqueued=2, ready=1, cancelled=1),)


async def test_a_name_that_is_off(client: Client, queue: QueueService, valkey_server: RealServer) -> None:
    """A name whose jobs are not all in some state is told as such, and so are repairs and ends that came too late."""
    await queue.enqueue("TEST_JOB", PAYLOAD)
    with valkey_server.client() as server:
        server.hincrby("{jobs}:ledger", "enqueued TEST_JOB", 1)
        server.hset("{jobs}:meta", mapping={"repairs": 3, "stale": 4})
    shown = await (await client.get("/v1/queues")).json()
    assert (shown["jobs"][0]["balanced"], shown["repairs"], shown["stale"]) == (False, 3, 4)


@pytest.mark.usefixtures("redis_url")
async def test_version_1_is_carried_over(queue: QueueService, valkey_server: RealServer) -> None:
    """A service that finds the key space of version 1 carries it over at its first request, and says so."""
    said: list[Any] = []
    sink = logger.add(said.append, format="{level} {message}")
    with valkey_server.client() as server:
        version_one.write(server, "jobs")
    assert (await queue.get("succeeded")).state is State.SUCCEEDED
    logger.remove(sink)
    assert "INFO carried the key space over from version 1 to 2\n" in said
    assert (await queue.ledger()).faults == ()
    assert (await queue.enqueue("TEST_JOB", PAYLOAD)).state is State.READY
