"""Who may ask: with a token set, whoever sends it; what tells nothing of jobs, everybody."""

import hmac
from collections.abc import Collection
from ipaddress import ip_address
from typing import Final

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

_SCHEME: Final = "bearer"
_REASON: Final = (
    "This needs the header Authorization: Bearer, followed by the token in the service's setting JOBS_TOKEN."
)


def bearer(token: str, unguarded: Collection[Handler]) -> Middleware:
    """Return a middleware that refuses requests without this token, except for these handlers."""

    @web.middleware
    async def access(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not (request.match_info.handler in unguarded or _has(request, token)):
            raise web.HTTPUnauthorized(text=_REASON, headers={hdrs.WWW_AUTHENTICATE: "Bearer"})
        return await handler(request)

    return access


def is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches the address."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _has(request: web.Request, token: str) -> bool:
    scheme, _, given = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    # In bytes, since compare_digest takes no other text than ASCII.
    matches = hmac.compare_digest(
        given.strip().encode("utf-8", "surrogateescape"), token.encode("utf-8", "surrogateescape")
    )
    return matches and scheme.lower() == _SCHEME
