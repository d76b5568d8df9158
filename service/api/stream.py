"""The handler that puts in as many jobs as somebody sends, line by line, and answers line by line."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from aiohttp import hdrs, web

from jobdefs.errors import JobsError
from jobdefs.wire.body import read_json
from jobdefs.wire.text import write_json
from service import body, intake, lines, verdicts
from service.idempotency import key_of
from service.key import queue_of
from service.request import EnqueueRequest
from service.shield import problem

_HEADERS: Final = {hdrs.CONTENT_TYPE: body.LINES}


async def enqueue(request: web.Request) -> web.StreamResponse:
    """Put in the job of each line; its verdict is a line of the answer, while further lines come.

    What ends the body before its end is answered as usual where it comes first, else with the last line.
    """
    body.check_type(request, body.LINES)
    key, count, response = key_of(request), 0, web.StreamResponse(headers=_HEADERS)
    try:
        async for some in lines.read(request):
            told = await _put_in(request, some, key, count, first=not response.prepared)
            count += len(some)
            await _send(request, response, told)
    except Exception as error:
        if not response.prepared:
            raise
        await _end(request, response, error)
    else:
        await response.prepare(request)
    return response


async def _put_in(request: web.Request, some: Sequence[bytes], key: str | None, count: int, *, first: bool) -> bytes:
    asked = [_read(line, key, count + place) for place, line in enumerate(some)]
    outcomes = await verdicts.enqueue(queue_of(request), asked, whole=first)
    return b"".join(b"%b\n" % write_json(verdicts.show(outcome)) for outcome in outcomes)


def _read(line: bytes, key: str | None, place: int) -> EnqueueRequest | JobsError:
    try:
        return intake.read_entry(read_json(line), place, key)
    except JobsError as error:
        return error


async def _send(request: web.Request, response: web.StreamResponse, told: bytes) -> None:
    """Send a part of the answer; as long as nobody takes it, no more is read."""
    async with asyncio.timeout(body.PATIENCE_S):
        await response.prepare(request)
        await response.write(told)


async def _end(request: web.Request, response: web.StreamResponse, error: Exception) -> None:
    """Say in the last line why nothing more follows, or hang up on somebody who does not listen."""
    response.force_close()
    if not isinstance(error, TimeoutError | ConnectionError):
        told = problem(error, request)
        with suppress(TimeoutError, ConnectionError):
            await _send(request, response, f'{{"status":{told.status},"problem":{told.text}}}\n'.encode())
            return
    if request.transport is not None:
        request.transport.abort()
