"""Reads a body line by line, however long it is: what has come so far, and never more than that in memory."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from aiohttp import web

from jobdefs.errors import TooLarge
from service import body

LINES_AT_ONCE: Final = 500


async def read(request: web.Request) -> AsyncIterator[list[bytes]]:
    """Yield the lines that have come, at most 500 at a time; the last one may lack its newline.

    Raises TooLarge where a line is longer than one enqueue may be, HTTPRequestTimeout where none ends for half
    a minute, or HTTPBadRequest, each after the lines before have been yielded.
    """
    rest, loop = bytearray(), asyncio.get_running_loop()
    deadline = loop.time() + body.PATIENCE_S
    while chunk := await _next(request, deadline):
        rest += chunk
        if b"\n" in chunk:
            *lines, last = rest.split(b"\n")
            rest = last
            for start in range(0, len(lines), LINES_AT_ONCE):
                async for some in _short(lines[start : start + LINES_AT_ONCE]):
                    yield some
            deadline = loop.time() + body.PATIENCE_S
        if len(rest) > body.ONE_BYTES:
            raise _too_long(rest)
    if rest:
        yield [bytes(rest)]


async def _short(lines: list[bytearray]) -> AsyncIterator[list[bytes]]:
    long = next((place for place, line in enumerate(lines) if len(line) > body.ONE_BYTES), None)
    if lines[:long]:
        yield [bytes(line) for line in lines[:long]]
    if long is not None:
        raise _too_long(lines[long])


def _too_long(line: bytearray) -> TooLarge:
    return TooLarge("line, as far as it was read,", len(line), body.ONE_BYTES)


async def _next(request: web.Request, deadline: float) -> bytes:
    try:
        async with asyncio.timeout_at(deadline):
            return await request.content.readany()
    except TimeoutError as error:
        raise web.HTTPRequestTimeout(text=f"No line came to its end within {body.PATIENCE_S:g} s.") from error
    except (web.RequestPayloadError, ConnectionError) as error:
        # The stream has kept the error, whose traceback would keep what came until then.
        raise web.HTTPBadRequest(text=f"The body could not be read: {error}.") from error.with_traceback(None)
