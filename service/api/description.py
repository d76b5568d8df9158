"""Handlers that describe the API: the OpenAPI document, and a page to read it."""

import asyncio
from typing import Final

from aiohttp import web

from service.openapi.description import DESCRIPTION
from service.openapi.page import page

_JOB: Final = "/v1/jobs/{id}"


async def openapi(request: web.Request) -> web.Response:
    """Show the OpenAPI document of the application that handles the request."""
    mount = request.app.router["job"].canonical.removesuffix(_JOB)
    # The first time it is written, which takes a while where there are many definitions.
    written = await asyncio.to_thread(request.app[DESCRIPTION].at, mount)
    return written.to(request)


async def docs(request: web.Request) -> web.Response:
    """Show the page, which asks for the document by itself, with the reader's token if need be."""
    return page().to(request)
