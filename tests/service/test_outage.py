"""The store goes away while the service runs, and comes back."""

import asyncio
import statistics
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

import service
from service.settings import ServiceSettings
from tests.support.servers import RealServer, running
from tests.support.waiting import eventually_async

Client = TestClient[Any, Any]
BODY = {"payload": {"message": "hello"}}


@pytest.fixture
def own_server() -> Iterator[RealServer]:
    with running("valkey", "--appendonly", "yes") as server:
        yield server


@pytest.fixture
async def client(own_server: RealServer) -> AsyncIterator[Client]:
    app = service.create_app(settings=ServiceSettings(redis_url=own_server.url))
    async with TestClient(TestServer(app)) as client:
        assert await enqueue(client) == (202, None)
        yield client


async def enqueue(client: Client) -> tuple[int, str | None]:
    response = await client.post("/v1/enqueue/TEST_JOB", json=BODY)
    return response.status, response.headers.get("Retry-After")


async def accepted(client: Client) -> bool:
    return (await enqueue(client))[0] == 202


async def health(client: Client) -> float:
    started = time.monotonic()
    assert (await client.get("/healthz")).status == 200
    return time.monotonic() - started


@contextmanager
def taking(least_s: float, most_s: float) -> Iterator[None]:
    started = time.monotonic()
    yield
    assert least_s <= time.monotonic() - started <= most_s


@contextmanager
def started_again(server: RealServer) -> Iterator[None]:
    process = subprocess.Popen(server.process.args, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()
        process.wait()


async def test_frozen(own_server: RealServer, client: Client):
    """While the store hangs, enqueue is answered 503 with Retry-After within a second, and all goes on afterwards."""
    with own_server.frozen():
        with taking(0.9, 1.5):
            assert await enqueue(client) == (503, "1")
        with taking(0.9, 1.5):
            response = await client.get("/readyz")
        assert response.status == 503
        assert "gave no answer within 1 s" in (await response.json())["detail"]
    await eventually_async(lambda: accepted(client))
    assert (await client.get("/readyz")).status == 200


async def test_health_while_frozen(own_server: RealServer, client: Client):
    """While the store hangs and many requests wait for it, the health check is answered within 50 ms."""
    with own_server.frozen():
        waiting = [asyncio.create_task(enqueue(client)) for _ in range(50)]
        took_s = [await health(client) for _ in range(20)]
        # The median: other programs on the machine may hold up a single answer.
        assert statistics.median(took_s) <= 0.05
        with taking(0, 2):
            assert {await task for task in waiting} == {(503, "1")}


async def test_killed_and_restarted(own_server: RealServer, client: Client):
    """When the store was killed and is back on its address, everything resumes by itself, with what it had."""
    own_server.process.kill()
    own_server.process.wait()
    with taking(0, 1):
        assert await enqueue(client) == (503, "1")
        assert (await client.get("/readyz")).status == 503
    with started_again(own_server):
        await eventually_async(lambda: accepted(client))
        (counts,) = (await (await client.get("/v1/queues")).json())["queues"]
        assert counts["ready"] == 2


async def test_many_in_an_outage(own_server: RealServer, client: Client):
    """Many jobs for which the store hangs are answered 503 as a whole, in a second: none came in."""
    with own_server.frozen(), taking(0.9, 2):
        response = await client.post("/v1/enqueue", json={"jobs": [{"name": "TEST_JOB", **BODY}] * 3_000})
    assert (response.status, response.headers["Retry-After"]) == (503, "1")


async def test_full(own_server: RealServer, client: Client):
    """A store without memory is answered 503 with Retry-After, and what is there can be read and cancelled."""
    job_id = (await (await client.get("/v1/jobs")).json())["jobs"][0]["id"]
    with own_server.client() as admin:
        admin.config_set("maxmemory", "1")
        assert await enqueue(client) == (503, "5")
        assert (await client.post(f"/v1/jobs/{job_id}/cancel")).status == 200
        admin.config_set("maxmemory", "0")
    assert await accepted(client)


async def test_became_unsuitable(own_server: RealServer):
    """A store that may throw jobs away is refused, with the way to mend it, until it is mended."""
    with own_server.client() as admin:
        admin.config_set("maxmemory-policy", "allkeys-lru")
        app = service.create_app(settings=ServiceSettings(redis_url=own_server.url))
        async with TestClient(TestServer(app)) as client:
            response = await client.get("/readyz")
            assert response.status == 503
            assert "CONFIG SET maxmemory-policy noeviction" in (await response.json())["detail"]
            admin.config_set("maxmemory-policy", "noeviction")
            assert (await client.get("/readyz")).status == 200
