"""The service as its tests reach it: over HTTP, and as a QueueService."""

import secrets
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from pytest_aiohttp.plugin import AiohttpClient

import service
from jobdefs import load_catalog
from jobdefs.clock import to_epoch_ms
from jobdefs.storage.contract import Outcome, Settlement
from jobdefs.storage.drivers import AsyncStore
from jobdefs.storage.execution import ExecutionCalls
from service.queue import QueueService
from service.settings import ServiceSettings
from tests.support.contract import Contract

CONTRACT = web.AppKey("CONTRACT", Contract)
Client = TestClient[Any, Any]


@pytest.fixture
def settings(redis_url: str) -> ServiceSettings:
    return ServiceSettings(redis_url=redis_url)


@pytest.fixture
async def contract(client: Client) -> Contract:
    """What the document of the client's service says, and what was answered so far."""
    assert client.app is not None
    found: Contract = client.app[CONTRACT]
    return found


@pytest.fixture
async def client(settings: ServiceSettings, aiohttp_client: AiohttpClient) -> AsyncIterator[Client]:
    """A client of the service; whatever this answers must be as its own document says."""
    app = service.create_app(settings=settings)
    app[CONTRACT] = Contract.of(app)
    app.middlewares.insert(0, app[CONTRACT].watching())
    yield await aiohttp_client(app)
    assert app[CONTRACT].complaints == []


@pytest.fixture
async def store(redis_url: str) -> AsyncIterator[AsyncStore]:
    async with AsyncStore(redis_url) as opened:
        yield opened


@pytest.fixture
def queue(store: AsyncStore) -> QueueService:
    return QueueService(load_catalog(), store)


@pytest.fixture
def run_next(store: AsyncStore) -> Callable[..., Any]:
    """Give the next job of the queue ``default`` an end, as a consumer would."""

    async def run(outcome: Outcome, **fields: Any) -> str:
        calls = ExecutionCalls("jobs")
        claiming = calls.exchange(queues=["default"], want=1, token="t", holder="somebody")
        (claim,) = (await store.send(claiming)).claims
        settlement = Settlement(id=claim.id, token="t", outcome=outcome, **fields)
        await store.send(calls.exchange(queues=[], want=0, token="u", holder="somebody", settlements=[settlement]))
        return claim.id

    return run


@pytest.fixture
def lose(store: AsyncStore) -> Callable[..., Any]:
    """Claim the next job of the queue ``default``, and let the lease end without another word."""

    async def run() -> None:
        later = ExecutionCalls("jobs", clock=lambda: to_epoch_ms(datetime.now(UTC)) + 60_000)
        for calls, want in ((ExecutionCalls("jobs"), 1), (later, 0)):
            token = secrets.token_hex(16)
            await store.send(calls.exchange(queues=["default"], want=want, token=token, holder="vanishing"))

    return run
