"""Who may ask."""

import attrs
import pytest
from pytest_aiohttp.plugin import AiohttpClient

import service
from service.access import is_loopback
from service.route import Route
from service.routes import ROUTES
from service.settings import ServiceSettings
from tests.service.conftest import Client

TOKEN = "pa55-wörd"
GUARDED = [route for route in ROUTES if not route.open]
OPEN = [route for route in ROUTES if route.open]


@pytest.fixture
async def guarded(settings: ServiceSettings, aiohttp_client: AiohttpClient) -> Client:
    return await aiohttp_client(service.create_app(settings=attrs.evolve(settings, token=TOKEN)))


def named(route: Route) -> str:
    return f"{route.method} {route.path}"


@pytest.mark.parametrize("sent", [None, "Bearer wrong", f"Basic {TOKEN}", "Bearer", TOKEN])
@pytest.mark.parametrize("route", GUARDED, ids=named)
async def test_without_the_token(guarded: Client, route: Route, sent: str | None):
    """With JOBS_TOKEN set, each route that tells of jobs refuses whoever does not send it."""
    response = await guarded.request(route.method, route.path, headers={"Authorization": sent} if sent else {})
    assert (response.status, response.content_type) == (401, "application/problem+json")
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert (await response.json())["detail"].startswith("This needs the header Authorization: Bearer, followed by")


@pytest.mark.parametrize("route", GUARDED, ids=named)
@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
async def test_with_the_token(guarded: Client, route: Route, scheme: str):
    """Whoever sends the token is let in."""
    response = await guarded.request(route.method, route.path, headers={"Authorization": f"{scheme} {TOKEN}"})
    assert response.status != 401


@pytest.mark.parametrize("route", OPEN, ids=named)
async def test_open(guarded: Client, route: Route):
    """Probes need no token, and neither does the page that asks its reader for it."""
    assert (await guarded.request(route.method, route.path)).status == 200


async def test_unknown_paths_stay_hidden(guarded: Client):
    """Without the token nobody learns which paths there are under /v1."""
    assert (await guarded.get("/v1/nowhere")).status == 401


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("192.0.2.1", False),
        ("::", False),
        ("example.org", False),
    ],
)
def test_loopback(host: str, *, expected: bool):
    """Only addresses that no other machine reaches count as loopback."""
    assert is_loopback(host) is expected
