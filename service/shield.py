"""The middleware that turns every error into problem+json."""

from aiohttp import web
from aiohttp.typedefs import Handler
from loguru import logger

from jobdefs.errors import JobsError
from service import problems


@web.middleware
async def shield(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer with the handler's response or the problem that it met; faults of ours are logged with their traceback."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < web.HTTPBadRequest.status_code:
            raise
        return problems.answer_http(error, request)
    except Exception as error:  # noqa: BLE001 - whatever it is, the client gets an answer and the log gets the traceback
        if isinstance(error, JobsError) and problems.is_for_clients(error):
            return problems.answer(error)
        logger.opt(exception=error).error("{} {} failed", request.method, request.path)
        return problems.answer_unexpected()
