"""Requests to every route of the table: each method with each kind of body under each kind of head."""

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Final
from urllib.parse import quote

from hypothesis import strategies as st

from faults.storm import nearly
from faults.storm.rubbish import BODIES, drawn, texts
from faults.storm.shot import Shot
from jobdefs import errors
from service.problems import kind_of
from service.route import Failure, Route
from service.routes import ROUTES

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "RUBBISH")
_JSON: Final = "Content-Type: application/json"
HEADS: Final[Mapping[str, tuple[str, ...]]] = {
    "JSON": (_JSON,),
    "lines": ("Content-Type: application/x-ndjson",),
    "another type": ("Content-Type: multipart/form-data; boundary=x",),
    "charset": ('Content-Type: application/json; charset="\\"utf-7; charset=a',),
    "gzip": (_JSON, "Content-Encoding: gzip"),
    "deflate": (_JSON, "Content-Encoding: deflate"),
    "unknown encoding": (_JSON, "Content-Encoding: zstd, br"),
    "keys": (_JSON, 'Idempotency-Key: "a\\', "Idempotency-Key: b"),
    "key": (_JSON, "Idempotency-Key: storm"),
    "access": (_JSON, "Authorization: Bearer " + "x" * 4_000, "Cookie: =;;a=%00", "Range: bytes=9-1", "Accept: ???"),
    "expect": (_JSON, "Expect: rubbish"),
    "continue": (_JSON, "Expect: 100-continue"),
    "upgrade": (_JSON, "Connection: close, Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: x"),
    "forwarded": (_JSON, "X-Forwarded-For: ,,", "Forwarded: for=;;", "X-HTTP-Method-Override: DELETE", "If-Match: x"),
}
_FRAMES: Final = ("length", "chunks")
# Plain HTTP has these at every path.
_ANYWHERE: Final = frozenset({400, 404, 405, 413, 417})
_POOL: Final = 20

_known: Final = st.sampled_from(["TEST_JOB", "storm", "a" * 64, "a" * 65, ".", "..", "%00", "%ff%fe", "%2e%2e%2f"])
_parts: Final = st.one_of(
    _known, texts.map(lambda text: quote(text[:200].encode("utf-8", "replace"), safe="~!$&'()*+,;=:@"))
)
_query_names: Final = st.sampled_from(["state", "queue", "name", "cursor", "limit", "rubbish", "", "limit[]"])
_queries: Final = st.one_of(
    st.just(""),
    st.lists(st.tuples(_query_names, _parts), min_size=1, max_size=4).map(
        lambda pairs: "?" + "&".join(f"{name}={value}" for name, value in pairs)
    ),
)


def requests(count: int, seed: int) -> Iterator[Shot]:
    """Yield so many requests, each route's share: half nearly right, half spread evenly over all combinations."""
    made = _Requests(seed)
    for number in range(count):
        route, turn = ROUTES[number % len(ROUTES)], number // len(ROUTES)
        yield made.wrong(route, by_its_method=turn % 4 == 1) if turn % 2 else made.nearly_right(route)


class _Requests:
    """Makes requests from what the seed gives."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self._bodies = {name: drawn(strategy, _POOL, seed) for name, strategy in BODIES.items()}
        self._right = {name: drawn(strategy, _POOL * 4, seed) for name, strategy in nearly.BODIES.items()}
        self._parts, self._queries = drawn(_parts, _POOL * 4, seed), drawn(_queries, _POOL * 4, seed)
        self._kinds = list(product(METHODS, BODIES, HEADS, _FRAMES))

    def wrong(self, route: Route, *, by_its_method: bool) -> Shot:
        """Return a request that can be wrong in everything; most of those by other methods end at 405."""
        method, body, head, frame = self._dice.choice(self._kinds)
        method = route.method if by_its_method else method
        path = self._path(route, self._parts) + self._dice.choice(self._queries)
        return _shot(route, method, path, (body, head, frame), self._dice.choice(self._bodies[body]))

    def nearly_right(self, route: Route) -> Shot:
        """Return a request in which nothing but its texts is strange."""
        frame = self._dice.choice(_FRAMES)
        path = self._path(route, nearly.NAMES if route.name == "enqueue" else nearly.IDS)
        body = self._dice.choice(self._right.get(route.name, [b""]))
        return _shot(route, route.method, path, ("nearly right", "JSON", frame), body)

    def _path(self, route: Route, parts: Sequence[str]) -> str:
        return re.sub(r"{\w+}", lambda _: self._dice.choice(parts) or "x", route.path)


def _shot(route: Route, method: str, path: str, kind: tuple[str, str, str], body: bytes) -> Shot:
    _, head, frame = kind
    return Shot(
        subject=f"{route.method} {route.path}",
        kind=", ".join((method, *kind)),
        data=_request(method, path, HEADS[head], frame, body),
        statuses=_documented(route) if method == route.method else frozenset(),
        is_head=method == "HEAD",
    )


def _request(method: str, path: str, head: tuple[str, ...], frame: str, body: bytes) -> bytes:
    if frame == "chunks":
        framed = "Transfer-Encoding: chunked"
        half = len(body) // 2
        body = (
            b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:half], body[half:]) if part) + b"0\r\n\r\n"
        )
    else:
        framed = f"Content-Length: {len(body)}"
    lines = (f"{method} {path} HTTP/1.1", "Host: storm", *head, framed, "", "")
    return "\r\n".join(lines).encode() + body


def _documented(route: Route) -> frozenset[int]:
    return _ANYWHERE | route.responses.keys() | {_status(error) for error in route.errors}


def _status(error: Failure) -> int:
    return int(kind_of(error).status) if issubclass(error, errors.JobsError) else error.status_code
