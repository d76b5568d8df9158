"""Handlers that put jobs in."""

from aiohttp import hdrs, web

from service import answer, body, intake, verdicts, views
from service.api import stream
from service.idempotency import key_of
from service.key import queue_of


async def enqueue(request: web.Request) -> web.Response:
    """Put one job in and say where to follow it."""
    key = key_of(request)
    asked = intake.read_one(request.match_info["name"], await body.read(request, body.ONE_BYTES), key)
    receipt = await queue_of(request).enqueue(asked)
    response = answer.json(views.receipt(receipt), verdicts.status(receipt))
    response.headers[hdrs.LOCATION] = request.app.router["job"].canonical.replace("{id}", receipt.id)
    return response


async def enqueue_many(request: web.Request) -> web.StreamResponse:
    """Put many jobs in; each has a verdict of its own. A body of lines is answered line by line."""
    if request.content_type == body.LINES:
        return await stream.enqueue(request)
    key = key_of(request)
    asked = intake.read_many(await body.read(request, body.MANY_BYTES), key)
    outcomes = await verdicts.enqueue(queue_of(request), asked, whole=True)
    return answer.json({"results": [verdicts.show(outcome) for outcome in outcomes]})
