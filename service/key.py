"""The name under which an application holds its QueueService."""

from typing import Final

from aiohttp import web

from service.queue import QueueService

QUEUE: Final = web.AppKey("QUEUE", QueueService)


def queue_of(request: web.Request) -> QueueService:
    """Return the QueueService of the application that handles the request."""
    return request.app[QUEUE]
