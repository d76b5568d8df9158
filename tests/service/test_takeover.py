"""Another server takes over at the service's address, while its connections lead to the old one."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import TCPConnector
from aiohttp.test_utils import TestClient, TestServer

import service
from service.settings import ServiceSettings
from tests.support.takeover import Address, two_servers
from tests.support.waiting import eventually_async

Client = TestClient[Any, Any]
AT_ONCE = 20


@pytest.fixture
def address(tmp_path: Path) -> Iterator[Address]:
    with two_servers(tmp_path) as address:
        yield address


@pytest.fixture
async def client(address: Address) -> AsyncIterator[Client]:
    app = service.create_app(settings=ServiceSettings(redis_url=address.url))
    async with TestClient(TestServer(app), connector=TCPConnector(limit=0)) as client:
        assert await accepts(client)
        yield client


async def have_many_connections(client: Client, address: Address) -> None:
    """Have many requests wait at once, so that each opens a connection, which is idle afterwards."""
    before = open_files()

    async def all_wait() -> bool:
        # Both ends of a request to the service, and its connection to the store.
        return open_files() >= before + 3 * (AT_ONCE - 1)

    with address.first.frozen():
        looks = [asyncio.create_task(look(client)) for _ in range(AT_ONCE)]
        await eventually_async(all_wait)
    assert set(await asyncio.gather(*looks)) == {404}


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def look(client: Client) -> int:
    return (await client.get("/v1/jobs/nobody")).status


async def accepts(client: Client) -> bool:
    answer = await client.post("/v1/enqueue/TEST_JOB", json={"payload": {"message": "hello"}})
    return answer.status == 202


async def test_after_one_that_was_demoted(client: Client, address: Address):
    """A server that has become a replica is left for the one that took over."""
    await have_many_connections(client, address)
    address.demote()
    address.take_over()
    await eventually_async(lambda: accepts(client), timeout=7)
    assert (await client.get("/readyz")).status == 200


async def test_after_one_that_hangs(client: Client, address: Address):
    """A server that gives no answer is left on all connections at once, not on each one when it is used next."""
    await have_many_connections(client, address)
    with address.first.frozen():
        address.take_over()
        await eventually_async(lambda: accepts(client))
        assert set(await asyncio.gather(*(look(client) for _ in range(AT_ONCE)))) == {404}
