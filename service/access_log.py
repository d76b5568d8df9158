"""One line of the log for each request, where that is wanted."""

from aiohttp.abc import AbstractAccessLogger
from aiohttp.web import BaseRequest, StreamResponse
from loguru import logger


class AccessLog(AbstractAccessLogger):
    """Logs who asked for what, the status, and how long the answer took in milliseconds."""

    def log(self, request: BaseRequest, response: StreamResponse, time: float) -> None:
        """Write the line."""
        logger.info(
            "{} {} {} {} {:.1f} ms", request.remote, request.method, request.path_qs, response.status, time * 1000
        )
