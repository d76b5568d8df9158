"""Handlers that show what there is: queues and definitions."""

from aiohttp import web

from service import views
from service.key import queue_of


async def queues(request: web.Request) -> web.Response:
    """Count the jobs of every queue and of every name."""
    queue = queue_of(request)
    return web.json_response(views.overview(await queue.queues(), await queue.ledger()))


async def definitions(request: web.Request) -> web.Response:
    """Show what can be enqueued."""
    return web.json_response({"definitions": [views.definition(known) for known in queue_of(request).definitions()]})
