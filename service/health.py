"""Whether the service lives, and whether it can take jobs."""

from aiohttp import web

from service.key import queue_of


async def live(_request: web.Request) -> web.Response:
    """Say that the event loop turns; the store is not asked."""
    return web.json_response({"status": "ok"})


async def ready(request: web.Request) -> web.Response:
    """Say whether the store answers in time and can keep the promises."""
    await queue_of(request).check()
    return web.json_response({"status": "ready"})
