"""Handlers that describe the API: the OpenAPI document, and a page to read it."""

from typing import Final

from aiohttp import web

from service.openapi.description import DESCRIPTION
from service.openapi.page import page

_JOB: Final = "/v1/jobs/{id}"


async def openapi(request: web.Request) -> web.Response:
    """Show the OpenAPI document of the application that handles the request."""
    mount = request.app.router["job"].canonical.removesuffix(_JOB)
    return request.app[DESCRIPTION].at(mount).to(request)


async def docs(request: web.Request) -> web.Response:
    """Show the page, which asks for the document by itself, with the reader's token if need be."""
    return page().to(request)
