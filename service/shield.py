"""The middleware that turns every error into problem+json."""

from aiohttp import web
from aiohttp.typedefs import Handler
from loguru import logger

from jobdefs.errors import JobsError, StoreCorrupt
from service import problems


@web.middleware
async def shield(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer with the handler's response or the problem that it met; faults of ours are logged with their traceback."""
    try:
        return await handler(request)
    except Exception as error:
        if isinstance(error, web.HTTPException) and error.status < web.HTTPBadRequest.status_code:
            raise
        return problem(error, request)


def problem(error: Exception, request: web.Request) -> web.Response:
    """Return the problem that an error is to whoever asked; faults of ours are logged with their traceback."""
    if isinstance(error, web.HTTPException):
        return problems.answer_http(error, request)
    if isinstance(error, JobsError) and problems.is_for_clients(error):
        if isinstance(error, StoreCorrupt):
            logger.error("{} {} failed: {}", request.method, request.path, error)
        return problems.answer(error)
    logger.opt(exception=error).error("{} {} failed", request.method, request.path)
    return problems.answer_unexpected()
