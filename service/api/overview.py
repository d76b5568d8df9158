"""Handlers that show what there is: queues and definitions."""

from aiohttp import web

from service import views
from service.key import queue_of


async def queues(request: web.Request) -> web.Response:
    """Count the jobs of every queue."""
    counted = await queue_of(request).queues()
    return web.json_response({"queues": [views.queue(counts) for counts in counted]})


async def definitions(request: web.Request) -> web.Response:
    """Show what can be enqueued."""
    return web.json_response({"definitions": [views.definition(known) for known in queue_of(request).definitions()]})
