"""Answers in JSON, for what is asked often or is long, and answers that stay the same."""

import hashlib
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import attrs
from aiohttp import hdrs, web
from aiohttp.helpers import ETAG_ANY

from jobdefs.wire.text import write_json

_HEADERS: Final = {hdrs.CONTENT_TYPE: "application/json; charset=utf-8"}


def json(value: Any, status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    """Return the response that has a plain value as its body."""
    return web.Response(body=write_json(value), status=status, headers=_HEADERS)


def _tag(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:32]


@attrs.frozen
class Settled:
    """An answer that stays the same as long as the program runs."""

    body: bytes
    headers: Mapping[str, str]
    tag: str = attrs.field(init=False, default=attrs.Factory(lambda self: _tag(self.body), takes_self=True))

    def to(self, request: web.Request) -> web.Response:
        """Return the response: 304 for whoever has it already (RFC 9110, If-None-Match)."""
        known = {tag.value for tag in request.if_none_match or ()}
        response = (
            web.Response(status=HTTPStatus.NOT_MODIFIED)
            if known & {self.tag, ETAG_ANY}
            else web.Response(body=self.body, headers=self.headers)
        )
        response.etag = self.tag
        response.headers[hdrs.CACHE_CONTROL] = "no-cache"
        return response
