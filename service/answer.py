"""Answers in JSON, for what is asked often or is long."""

from http import HTTPStatus
from typing import Any, Final

from aiohttp import hdrs, web

from jobdefs.wire.text import write_json

_HEADERS: Final = {hdrs.CONTENT_TYPE: "application/json; charset=utf-8"}


def json(value: Any, status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    """Return the response that has a plain value as its body."""
    return web.Response(body=write_json(value), status=status, headers=_HEADERS)
