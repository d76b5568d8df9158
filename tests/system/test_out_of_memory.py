"""The store has no memory left: it takes nothing in, and what is in it goes on."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pytest_aiohttp.plugin import AiohttpClient

import service
from jobdefs import State, load_catalog
from jobdefs.errors import StoreFull
from jobdefs.storage.drivers import AsyncStore
from service.queue import QueueService
from service.settings import ServiceSettings
from tests.support.jobs import MODULES, jobs_on
from tests.support.servers import RealServer, running
from tests.support.shop.jobs import Doze, Echo, Nap, Order
from tests.system.conftest import StartConsumer


@pytest.fixture
def store_server() -> Iterator[RealServer]:
    """A server of the test's own."""
    with running("valkey") as server:
        yield server


@contextmanager
def no_memory(server: RealServer) -> Iterator[None]:
    with server.client() as client:
        client.config_set("maxmemory", 1)
        yield
        client.config_set("maxmemory", 0)


async def test_what_is_in_goes_on(
    start_consumer: StartConsumer, store_server: RealServer, aiohttp_client: AiohttpClient
) -> None:
    """Submits are refused, by HTTP with 503; jobs are claimed, retried and settled; with memory submits work again."""
    url = store_server.url
    settings = ServiceSettings(redis_url=url, modules=MODULES)
    client = await aiohttp_client(service.create_app(settings=settings))
    with jobs_on(url) as jobs:
        async with AsyncStore(url) as store:
            queue = QueueService(load_catalog(MODULES), store)
            start_consumer(url, "-w", "2")
            job_ids = jobs.put_all([Nap(0.1), Nap(0.1, failures=1), Doze(0.1), Order()] * 15)
            with no_memory(store_server):
                assert jobs.state(job_ids[-1]) is State.READY
                ended = [jobs.ended(job_id, timeout=30) for job_id in job_ids]
                with pytest.raises(StoreFull):
                    await queue.enqueue(Echo("refused"))
                answer = await client.post("/v1/enqueue/ECHO", json={"payload": {"text": "refused"}})
                assert answer.status == 503
                assert "Retry-After" in answer.headers
                readiness = await client.get("/readyz")
                assert (readiness.status, (await readiness.json())["code"]) == (503, "store_full")
            assert (await client.get("/readyz")).status == 200
            assert {job.state for job in ended} == {State.SUCCEEDED}
            assert {job.lost for job in ended} == {0}
            receipt = await queue.enqueue(Echo("taken"))
            assert jobs.ended(receipt.id).state is State.SUCCEEDED
