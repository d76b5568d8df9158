"""Errors that do not come from a body: problem+json all the same."""

from collections.abc import Iterator

import pytest
from aiohttp import web
from loguru import logger
from pytest_aiohttp.plugin import AiohttpClient

import service
from jobdefs import errors
from service.problems import KINDS, kind_of
from service.routes import ROUTES
from service.settings import ServiceSettings
from tests.service.conftest import Client


@pytest.fixture
def logged() -> Iterator[list[str]]:
    lines: list[str] = []
    sink = logger.add(lines.append, format="{message}")
    yield lines
    logger.remove(sink)


@pytest.mark.parametrize("path", ["/nowhere", "/v1/nowhere", "/v1/jobs/a/b"])
async def test_no_such_path(client: Client, path: str):
    """A path that leads nowhere is answered 404."""
    response = await client.get(path)
    assert (response.status, response.content_type) == (404, "application/problem+json")
    assert await response.json() == {
        "type": "urn:aiohttp-huey:problem:not_found",
        "title": "Not Found",
        "status": 404,
        "detail": f"There is nothing at {path}.",
        "code": "not_found",
    }


@pytest.mark.parametrize(("path", "allowed"), [("/v1/enqueue/TEST_JOB", "POST"), ("/healthz", "GET,HEAD")])
async def test_wrong_method(client: Client, path: str, allowed: str):
    """A method that a path does not take is answered 405 with Allow."""
    response = await client.put(path)
    assert (response.status, response.headers["Allow"]) == (405, allowed)
    assert response.content_type == "application/problem+json"
    possible = allowed.replace(",", ", ")
    assert (await response.json())["detail"] == f"PUT is not possible at {path}; possible: {possible}."


async def test_fault_of_ours(settings: ServiceSettings, aiohttp_client: AiohttpClient, logged: list[str]):
    """An unexpected exception is answered 500 without its traceback, which the log gets."""

    async def broken(_request: web.Request) -> web.Response:
        raise RuntimeError("secret detail")

    app = service.create_app(settings=settings)
    app.router.add_get("/broken", broken)
    response = await (await aiohttp_client(app)).get("/broken")
    assert (response.status, response.content_type) == (500, "application/problem+json")
    assert "secret" not in await response.text()
    assert (await response.json())["detail"] == "This is a fault of the service; its log says more."
    assert "GET /broken failed" in logged[0]
    assert "RuntimeError: secret detail" in logged[0]


def test_every_error_has_a_status():
    """The table tells every error, and what the routes announce are errors to a client."""
    found = [cls for cls in vars(errors).values() if isinstance(cls, type) and issubclass(cls, errors.JobsError)]
    assert all(kind_of(cls).status >= 400 for cls in found)
    announced = {error for route in ROUTES for error in route.errors if issubclass(error, errors.JobsError)}
    assert announced <= set(KINDS)
