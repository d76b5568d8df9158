"""Handlers that put jobs in."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from aiohttp import hdrs, web

from jobdefs.errors import JobsError, StoreError
from service import answer, body, idempotency, intake, problems, views
from service.key import queue_of
from service.request import EnqueueReceipt, EnqueueRequest


async def enqueue(request: web.Request) -> web.Response:
    """Put one job in and say where to follow it."""
    key = _key(request)
    asked = intake.read_one(request.match_info["name"], await body.read(request, body.ONE_BYTES), key)
    receipt = await queue_of(request).enqueue(asked)
    response = answer.json(views.receipt(receipt), _status(receipt))
    response.headers[hdrs.LOCATION] = request.app.router["job"].canonical.replace("{id}", receipt.id)
    return response


async def enqueue_many(request: web.Request) -> web.Response:
    """Put many jobs in; each has a verdict of its own."""
    key = _key(request)
    asked = intake.read_many(await body.read(request, body.MANY_BYTES), key)
    outcomes = await queue_of(request).enqueue_many([one for one in asked if isinstance(one, EnqueueRequest)])
    _raise_if_nothing_came_in(outcomes)
    following = iter(outcomes)
    verdicts = [next(following) if isinstance(one, EnqueueRequest) else one for one in asked]
    return answer.json({"results": [_verdict(verdict) for verdict in verdicts]})


def _key(request: web.Request) -> str | None:
    return idempotency.read_key(request.headers.getall(idempotency.HEADER, []))


def _raise_if_nothing_came_in(outcomes: Sequence[EnqueueReceipt | JobsError]) -> None:
    failed = next((outcome for outcome in outcomes if isinstance(outcome, StoreError)), None)
    if failed and not any(isinstance(outcome, EnqueueReceipt) for outcome in outcomes):
        raise failed


def _verdict(outcome: EnqueueReceipt | JobsError) -> dict[str, Any]:
    if isinstance(outcome, EnqueueReceipt):
        return {"status": _status(outcome), **views.receipt(outcome)}
    problem = problems.document(outcome)
    return {"status": problem["status"], "problem": problem}


def _status(receipt: EnqueueReceipt) -> HTTPStatus:
    return HTTPStatus.ACCEPTED if receipt.created else HTTPStatus.OK
