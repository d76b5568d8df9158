"""The store goes away while the service runs, and comes back."""

import asyncio
import statistics
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
import redis
from aiohttp import TCPConnector
from aiohttp.test_utils import TestClient, TestServer
from loguru import logger

import service
from jobdefs.storage import keys
from service.settings import ServiceSettings
from tests.support.servers import KINDS, RealServer, running
from tests.support.waiting import eventually, eventually_async

Client = TestClient[Any, Any]
BODY = {"payload": {"message": "hello"}}


@pytest.fixture
def own_server() -> Iterator[RealServer]:
    with running("valkey", "--appendonly", "yes", "--appendfsync", "always") as server:
        yield server


@pytest.fixture
async def client(own_server: RealServer) -> AsyncIterator[Client]:
    app = service.create_app(settings=ServiceSettings(redis_url=own_server.url))
    async with TestClient(TestServer(app), connector=TCPConnector(limit=0)) as client:
        assert await enqueue(client) == (202, None)
        yield client


@pytest.fixture
def logged() -> Iterator[list[str]]:
    lines: list[str] = []
    sink = logger.add(lines.append, format="{level} {message}\n{exception}")
    yield lines
    logger.remove(sink)


async def enqueue(client: Client) -> tuple[int, str | None]:
    response = await client.post("/v1/enqueue/TEST_JOB", json=BODY)
    return response.status, response.headers.get("Retry-After")


async def test_newer_key_space_while_running(client: Client, own_server: RealServer, logged: list[str]):
    """A key space that becomes newer than the service is refused within five seconds, and the log says so once."""
    with own_server.client() as admin:
        admin.hset(keys.meta("jobs"), "schema", 99)
        await eventually_async(lambda: refuses_the_version(client), timeout=6)
        response = await client.get("/readyz")
        assert (response.status, (await response.json())["code"]) == (503, "store_unsuitable")
        assert (await client.get("/v1/queues")).status == 503
        admin.hset(keys.meta("jobs"), "schema", keys.SCHEMA)
    assert await accepted(client)
    assert (await client.get("/readyz")).status == 200
    words = [line.split(" The server at ")[0].split("\n")[0] for line in logged]
    assert words == ["ERROR", "INFO the store can keep the promises again"]


async def refuses_the_version(client: Client) -> bool:
    response = await client.post("/v1/enqueue/TEST_JOB", json=BODY)
    if response.status == 202:
        return False
    problem = await response.json()
    assert (response.status, problem["code"]) == (503, "store_unsuitable")
    assert "has version 99 of the key space" in problem["detail"]
    return True


async def accepted(client: Client) -> bool:
    return (await enqueue(client))[0] == 202


async def health(client: Client) -> float:
    started = time.monotonic()
    assert (await client.get("/healthz")).status == 200
    return time.monotonic() - started


async def refused(client: Client) -> float:
    started = time.monotonic()
    assert await enqueue(client) == (503, "1")
    return time.monotonic() - started


async def refused_as(client: Client, code: str) -> bool:
    response = await client.post("/v1/enqueue/TEST_JOB", json=BODY)
    return response.status == 503 and (await response.json())["code"] == code


@contextmanager
def taking(least_s: float, most_s: float) -> Iterator[None]:
    started = time.monotonic()
    yield
    assert least_s <= time.monotonic() - started <= most_s


def killed(server: RealServer) -> None:
    server.process.kill()
    server.process.wait()


@contextmanager
def started_again(server: RealServer, *options: str) -> Iterator[None]:
    command: Any = server.process.args
    process = subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()
        process.wait()


async def test_log(own_server: RealServer, client: Client, logged: list[str]):
    """The first request that gets no answer is told in the log, the next ones are not, and the end of it is."""
    with own_server.frozen():
        for _ in range(3):
            assert await enqueue(client) == (503, "1")
    assert await eventually_async(lambda: accepted(client), timeout=5)
    said = [line.split("\n")[0] for line in logged]
    assert said == [
        f"WARNING the server at {own_server.url} gives no answer; nothing can be enqueued until it does",
        f"INFO the server at {own_server.url} answers again",
    ]


async def test_frozen(own_server: RealServer, client: Client):
    """While the store hangs, enqueue is answered 503 with Retry-After within a second, and all goes on afterwards."""
    with own_server.frozen():
        with taking(0.9, 1.5):
            assert await enqueue(client) == (503, "1")
        with taking(0.9, 1.5):
            response = await client.get("/readyz")
        assert response.status == 503
        assert "gave no answer within 1 s" in (await response.json())["detail"]
    with taking(0, 3):
        await eventually_async(lambda: accepted(client))
    assert (await client.get("/readyz")).status == 200


async def test_many_wait_while_frozen(own_server: RealServer, client: Client):
    """While the store hangs each of a hundred requests takes a second; later ones and health checks take no time."""
    with own_server.frozen():
        waiting = [asyncio.create_task(refused(client)) for _ in range(100)]
        healthy_s = [await health(client) for _ in range(20)]
        waited_s = [await task for task in waiting]
        refused_s = [await refused(client) for _ in range(20)]
    # Medians: other programs on the machine may hold up a single answer.
    assert statistics.median(healthy_s) <= 0.05
    assert 0.9 <= statistics.median(waited_s) <= 1.6
    assert statistics.median(refused_s) <= 0.05
    with taking(0, 3):
        await eventually_async(lambda: accepted(client))


async def test_probes_while_frozen(own_server: RealServer, client: Client):
    """While the store hangs one request in a second or two tries, and a readiness check asks the store itself."""
    with own_server.frozen():
        await asyncio.gather(*(enqueue(client) for _ in range(3)))
        began, took_s = time.monotonic(), []
        while time.monotonic() - began < 2.5:
            took_s.append(await refused(client))
        assert 1 <= sum(took > 0.5 for took in took_s) <= 2
        with taking(0.9, 1.5):
            assert (await client.get("/readyz")).status == 503
    assert (await client.get("/readyz")).status == 200
    # The readiness check has closed the breaker.
    assert await accepted(client)


async def test_first_met_frozen(own_server: RealServer):
    """A store that hangs from the start costs each of many requests a second in all, too."""
    app = service.create_app(settings=ServiceSettings(redis_url=own_server.url))
    async with TestClient(TestServer(app)) as client:
        with own_server.frozen():
            waited_s = await asyncio.gather(*(refused(client) for _ in range(50)))
        assert 0.9 <= statistics.median(waited_s) <= 1.6
        with taking(0, 3):
            await eventually_async(lambda: accepted(client))


async def test_killed_and_restarted(own_server: RealServer, client: Client):
    """When the store was killed and is back on its address, everything resumes by itself, with what it had."""
    killed(own_server)
    with taking(0, 1):
        assert await enqueue(client) == (503, "1")
        assert (await client.get("/readyz")).status == 503
    refused_s = [await refused(client) for _ in range(20)]
    assert statistics.median(refused_s) <= 0.05
    with started_again(own_server):
        with taking(0, 3):
            await eventually_async(lambda: accepted(client))
        (counts,) = (await (await client.get("/v1/queues")).json())["queues"]
        assert counts["ready"] == 2


async def test_another_server_comes_back(own_server: RealServer, client: Client):
    """What was known of a server is forgotten when it goes away: the one that comes back is looked at anew."""
    assert await told(client, "disk")
    killed(own_server)
    await refused(client)
    with started_again(own_server, "--appendfsync", "no"):
        await eventually_async(lambda: accepted(client))
        assert await told(client, "memory")
    await refused(client)
    with started_again(own_server), own_server.client() as admin:
        eventually(lambda: is_there(admin))
        admin.hset(keys.meta("jobs"), "schema", keys.SCHEMA + 1)
        await eventually_async(lambda: refused_as(client, "store_unsuitable"))


async def told(client: Client, level: str) -> bool:
    response = await client.post("/v1/enqueue/TEST_JOB", json=BODY)
    return response.status == 202 and (await response.json())["durability"] == level


def is_there(admin: redis.Redis) -> bool:
    with suppress(redis.ConnectionError):
        return bool(admin.ping())
    return False


async def test_many_in_an_outage(own_server: RealServer, client: Client):
    """Many jobs for which the store hangs are answered 503 as a whole, in a second: none came in."""
    with own_server.frozen(), taking(0.9, 2):
        response = await client.post("/v1/enqueue", json={"jobs": [{"name": "TEST_JOB", **BODY}] * 3_000})
    assert (response.status, response.headers["Retry-After"]) == (503, "1")


async def test_refusals_of_the_store(own_server: RealServer, client: Client):
    """A store that answers, but takes nothing, is not spared: it can be looked into, and takes jobs once it can."""
    with own_server.client() as admin:
        admin.config_set("min-replicas-to-write", 1)
        for _ in range(5):
            assert await refused_as(client, "store_unavailable")
        assert (await client.get("/v1/jobs")).status == 200
        admin.config_set("min-replicas-to-write", 0)
    assert await accepted(client)


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


async def test_becomes_unsuitable(own_server: RealServer, client: Client, logged: list[str]):
    """A server that may throw jobs away from now on takes none within seconds, says why, once, and recovers."""
    with own_server.client() as admin:
        admin.config_set("maxmemory-policy", "allkeys-lru")
        await eventually_async(lambda: refused_as(client, "store_unsuitable"))
        assert (await client.get("/readyz")).status == 503
        assert (await client.get("/v1/jobs")).status == 200
        await asyncio.gather(*(enqueue(client) for _ in range(20)))
        admin.config_set("maxmemory-policy", "noeviction")
    await eventually_async(lambda: accepted(client))
    (loud,) = [line for line in logged if "maxmemory-policy" in line]
    assert "ERROR" in loud
    assert (await client.get("/readyz")).status == 200


@pytest.mark.parametrize("kind", KINDS)
async def test_password_set_while_it_runs(kind: str):
    """A password that is asked for from now on is said in one line, whatever was sent; nothing is a fault of ours."""
    with running(kind) as server, server.client() as admin:
        async with TestClient(TestServer(service.create_app(settings=ServiceSettings(redis_url=server.url)))) as client:
            assert await accepted(client)
            admin.config_set("requirepass", "secret")
            admin.client_kill_filter(_type="normal", skipme=True)
            await eventually_async(lambda: refused_as(client, "store_unsuitable"))
            for _ in range(5):
                response = await client.post("/v1/enqueue", json={"jobs": [{"name": "TEST_JOB", **BODY}] * 50})
                # Which of its connections the server has ended, each finds out when it is used.
                assert (response.status, (await response.json())["code"][:6]) == (503, "store_")
            await eventually_async(lambda: refused_as(client, "store_unsuitable"))
            response = await client.post("/v1/enqueue/TEST_JOB", json=BODY)
            assert "wants a password; put the right user and password into REDIS_URL" in await response.text()
            assert (await client.get("/readyz")).status == 503
            admin.config_set("requirepass", "")
            assert await accepted(client)


async def test_strange_keys(own_server: RealServer, client: Client, logged: list[str]):
    """Where somebody wrote into a queue's key, its enqueues are answered 503 and logged; the rest is served."""
    with own_server.client() as admin:
        admin.delete("{jobs}:ready:default")
        admin.set("{jobs}:ready:default", "strange")
    response = await client.post("/v1/enqueue/TEST_JOB", json=BODY)
    problem = await response.json()
    assert (response.status, problem["code"], response.headers["Retry-After"]) == (503, "store_corrupt", "5")
    assert "holds something strange under a key of the jobs" in problem["detail"]
    assert any("something strange" in line for line in logged)
    assert (await client.get("/v1/jobs")).status == 200
    response = await client.post("/v1/enqueue", json={"jobs": [{"name": "TEST_JOB", **BODY}]})
    assert "script" not in await response.text()
