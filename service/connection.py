"""A connection of the stand-alone service: every error on it is told in the same form, and nobody holds it for ever."""

from typing import Final

from aiohttp import web
from aiohttp.http import HttpProcessingError, RawRequestMessage
from loguru import logger

from service import problems

# How long a client may take from one request, or from the beginning, to the end of the next one's head. Bodies have
# their own bound (``body.py``), and so have answers that are not read (``listener.py``).
IDLE_S: Final = 75.0


class Connection(web.RequestHandler):
    """Answers with problem+json also what never comes to a handler, and logs no traceback for a client's mistake."""

    __slots__ = ()

    def data_received(self, data: bytes) -> None:
        """Take what has come, but nothing behind what is no HTTP."""
        # Each further piece would be refused for itself, and kept until then.
        if not (self._messages and _is_refused(self._messages[-1][0])):
            super().data_received(data)

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        """Return the answer to what is no HTTP, or met a fault outside of every handler; the connection ends with it.

        Raises ConnectionError where an answer has begun already, or its reader is gone, as when "100 Continue" is due.
        """
        if isinstance(exc, ConnectionError):
            raise exc
        if not isinstance(exc, HttpProcessingError):
            super().handle_error(request, status, exc, message)
            response = problems.answer_unexpected()
        elif request.writer.output_size:
            raise ConnectionError("an answer has begun already")
        else:
            logger.debug("{} sent what is no HTTP: {!r}", request.remote, exc.message)
            # The frame that caught it has it among its variables: a cycle, which would keep what came.
            exc.__traceback__ = None
            response = problems.answer_http(web.HTTPBadRequest(text=_reason(exc)), request)
        response.force_close()
        return response

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Send a response; one that was raised outside of every handler, as for an unknown Expect, as a problem."""
        if isinstance(resp, web.HTTPException) and resp.status >= web.HTTPBadRequest.status_code:
            resp = problems.answer_http(resp, request)
        return await super().finish_response(request, resp, start_time)


def _is_refused(message: object) -> bool:
    return not isinstance(message, RawRequestMessage)


def _reason(error: HttpProcessingError) -> str:
    # The parser's further lines show what came, which its sender knows.
    words = " ".join(line.strip(" :.") for line in error.message.splitlines()[:2] if line.strip())
    return f"This is no HTTP that could be read: {words or 'unknown'}."
