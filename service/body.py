"""Reads the body of a request, refusing at its head what can be refused there."""

import asyncio
from typing import Any, Final

from aiohttp import hdrs, web

from jobdefs.errors import TooLarge
from jobdefs.policy import MAX_PAYLOAD_BYTES
from jobdefs.wire.body import read_json

ONE_BYTES: Final = MAX_PAYLOAD_BYTES
MANY_BYTES: Final = 8 * 1024 * 1024
PATIENCE_S: Final = 30.0
LINES: Final = "application/x-ndjson"
_JSON: Final = "application/json"


async def read(request: web.Request, limit: int) -> Any:
    """Return the JSON value in the body; ``limit`` is in bytes.

    Raises InvalidBody, TooLarge (from Content-Length, or as soon as more has come), HTTPUnsupportedMediaType, or
    HTTPRequestTimeout where the body does not end within half a minute.
    """
    check_type(request)
    return read_json(_at_hand(request, limit) or await _received(request, limit))


def check_type(request: web.Request, wanted: str = _JSON) -> None:
    """Refuse a body of another type, or one that is compressed; raises HTTPUnsupportedMediaType."""
    given = request.headers.get(hdrs.CONTENT_TYPE, "none")
    if given == wanted and hdrs.CONTENT_ENCODING not in request.headers:
        return
    if request.content_type != wanted or (request.charset or "utf-8").lower() not in ("utf-8", "utf8"):
        raise web.HTTPUnsupportedMediaType(
            text=f"The body must be JSON in UTF-8, with Content-Type: {wanted}; this is {given}."
        )
    if (encoding := request.headers.get(hdrs.CONTENT_ENCODING, "identity").lower()) != "identity":
        raise web.HTTPUnsupportedMediaType(
            text=f"The body must not be compressed; this has Content-Encoding: {encoding}."
        )


def _at_hand(request: web.Request, limit: int) -> bytes:
    """Return a body that came whole, together with its head, as most do; empty where that is not so."""
    content = request.content
    if not content.is_eof() or content.exception() is not None or content.total_bytes > limit:
        return b""
    return content.read_nowait()


async def _received(request: web.Request, limit: int) -> bytes:
    if request.content_length is not None and request.content_length > limit:
        raise TooLarge("body", request.content_length, limit)
    received = bytearray()
    try:
        async with asyncio.timeout(PATIENCE_S):
            async for chunk in request.content.iter_any():
                received += chunk
                if len(received) > limit:
                    raise TooLarge("body, as far as it was read,", len(received), limit)
    except TimeoutError as error:
        raise web.HTTPRequestTimeout(text=f"The body did not end within {PATIENCE_S:g} s.") from error
    except (web.RequestPayloadError, ConnectionError) as error:
        # The stream has kept the error, whose traceback would keep what came until then.
        raise web.HTTPBadRequest(text=f"The body could not be read: {error}.") from error.with_traceback(None)
    return bytes(received)
