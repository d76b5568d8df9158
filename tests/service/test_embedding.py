"""The queue inside somebody else's application."""

import attrs
import pytest
from aiohttp import web
from pytest_aiohttp.plugin import AiohttpClient

import service
from jobdefs import Catalog, define, definition_of
from jobdefs.errors import SettingsError
from service.settings import ServiceSettings
from tests.support.servers import running
from tests.support.waiting import eventually


@define("ORDER")
@attrs.frozen
class Order:
    number: int


async def order(request: web.Request) -> web.Response:
    receipt = await request.app[service.QUEUE].enqueue(Order(number=7))
    return web.json_response({"job": receipt.id})


def shop(settings: ServiceSettings, *, routes: bool = False) -> web.Application:
    definition = definition_of(Order)
    assert definition is not None
    app = web.Application()
    service.setup(app, catalog=Catalog((definition,)), settings=settings, routes=routes)
    app.router.add_post("/order", order)
    return app


async def test_enqueue_from_a_handler(settings: ServiceSettings, aiohttp_client: AiohttpClient):
    """A handler of any application enqueues through the queue that setup put there."""
    client = await aiohttp_client(shop(settings))
    job_id = (await (await client.post("/order")).json())["job"]
    assert client.app is not None
    assert (await client.app[service.QUEUE].get(job_id)).queue == "default"
    assert (await client.get(f"/v1/jobs/{job_id}")).status == 404


async def test_routes_on_request(settings: ServiceSettings, aiohttp_client: AiohttpClient):
    """With routes, the REST API is there too; the application's own errors stay as they were."""
    client = await aiohttp_client(shop(settings, routes=True))
    job_id = (await (await client.post("/order")).json())["job"]
    assert (await (await client.get(f"/v1/jobs/{job_id}")).json())["payload"] == {"number": 7}
    assert (await client.get("/v1/nowhere")).content_type == "application/problem+json"
    assert (await client.get("/nowhere")).content_type == "text/plain"


async def test_mounted_deeper(settings: ServiceSettings, aiohttp_client: AiohttpClient):
    """Below a prefix, Location leads there."""
    site = web.Application()
    site.add_subapp("/shop", shop(settings, routes=True))
    client = await aiohttp_client(site)
    response = await client.post("/shop/v1/enqueue/ORDER", json={"payload": {"number": 1}, "id": "a"})
    assert response.headers["Location"] == "/shop/v1/jobs/a"
    assert (await client.get("/shop/v1/jobs/a")).status == 200


async def test_starts_without_a_store(aiohttp_client: AiohttpClient):
    """An application starts while the store is away, and says so to whoever asks."""
    client = await aiohttp_client(shop(ServiceSettings(redis_url="redis://127.0.0.1:1"), routes=True))
    response = await client.post("/v1/enqueue/ORDER", json={"payload": {"number": 1}})
    assert (response.status, response.headers["Retry-After"]) == (503, "1")
    assert "The server at redis://127.0.0.1:1/0 cannot be reached" in (await response.json())["detail"]


def test_settings_from_the_environment(monkeypatch: pytest.MonkeyPatch):
    """Without settings of its own, an application gets those of the environment."""
    monkeypatch.setenv("REDIS_URL", "http://localhost")
    with pytest.raises(SettingsError, match="REDIS_URL: it begins with none of redis://"):
        service.setup(web.Application())


async def test_connections_are_closed(aiohttp_client: AiohttpClient):
    """When the application ends, its connections to the store end with it."""
    with running("valkey") as server, server.client() as onlooker:
        client = await aiohttp_client(shop(ServiceSettings(redis_url=server.url)))
        await client.post("/order")
        assert len(onlooker.client_list()) == 2
        await client.close()
        eventually(lambda: len(onlooker.client_list()) == 1)
