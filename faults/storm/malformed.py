"""What is no HTTP, or only for some readers: the ways in which servers have been led astray, each at every route."""

import random
import re
from collections.abc import Iterator, Mapping
from typing import Final

from faults.storm.shot import Shot
from service.routes import ROUTES

_BODY: Final = b'{"payload":{"message":"a"}}'
_LONG: Final = b"a" * 100_000
_START: Final = b"%b HTTP/1.1\r\nHost: storm\r\nContent-Type: application/json\r\n"
_SMUGGLED: Final = b"GET /smuggled HTTP/1.1\r\nHost: storm\r\n\r\n"
_FRAMED: Final = b"Content-Length: %d\r\n\r\n%b" % (len(_BODY), _BODY)

# What is put for %b is the method and the path.
WAYS: Final[Mapping[str, bytes]] = {
    "length, then chunks": _START + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + _SMUGGLED,
    "chunks, then length": _START + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + _SMUGGLED,
    "two lengths": _START + b"Content-Length: 27\r\n" + _FRAMED,
    "lengths in a list": _START + b"Content-Length: 27, 28\r\n\r\n" + _BODY,
    "negative length": _START + b"Content-Length: -1\r\n\r\n" + _BODY,
    "length with a sign": _START + b"Content-Length: +27\r\n\r\n" + _BODY,
    "huge length": _START + b"Content-Length: " + b"9" * 40 + b"\r\n\r\n" + _BODY,
    "chunks twice": _START + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "chunks in disguise": _START + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "folded header": _START + b"X: a\r\n b\r\n" + _FRAMED,
    "bare line feeds": b"%b HTTP/1.1\nHost: storm\n\n",
    "bare return": b"%b HTTP/1.1\rHost: storm\r\n\r\n",
    "NUL in a header": _START + b"X: \x00\r\n" + _FRAMED,
    "NUL in the path": b"%b\x00 HTTP/1.1\r\nHost: storm\r\n\r\n",
    "bytes in a header": _START + b"X: \xff\x80\r\n\xfe: y\r\n" + _FRAMED,
    "space before the colon": _START + b"X : y\r\n" + _FRAMED,
    "header without a colon": _START + b"rubbish\r\n" + _FRAMED,
    "long path": b"%b?" + _LONG + b" HTTP/1.1\r\nHost: storm\r\n\r\n",
    "long header": _START + b"X: " + _LONG + b"\r\n" + _FRAMED,
    "long name": _START + _LONG + b": y\r\n" + _FRAMED,
    "10,000 headers": _START + b"X: y\r\n" * 10_000 + _FRAMED,
    "no host": b"%b HTTP/1.1\r\n\r\n",
    "two hosts": _START + b"Host: other\r\n" + _FRAMED,
    "no version": b"%b\r\n\r\n",
    "HTTP/9.9": b"%b HTTP/9.9\r\nHost: storm\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 500,
    "bytes": bytes(range(256)),
    "empty lines": b"\r\n" * 1_000,
    "chunk size of letters": _START + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "chunk size overflow": _START + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 40 + b"\r\n",
    "negative chunk": _START + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
    "chunk too short": _START + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{\r\n0\r\n\r\n",
    "rubbish behind a chunk": _START + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{rubbish\r\n0\r\n\r\n",
    "10,000 trailers": _START + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"X: y\r\n" * 10_000 + b"\r\n",
    "rubbish behind a request": _START + _FRAMED + b"\x00\xff rubbish\r\n\r\n",
    "rubbish behind an upgrade": _START + b"Connection: upgrade\r\nUpgrade: websocket\r\n\r\n" + bytes(99),
    "40 requests at once": (_START + _FRAMED) * 40,
    "address in brackets": b"GET http://[::1/healthz HTTP/1.1\r\nHost: storm\r\n\r\n",
}
# These leave a service waiting, until their sender hangs up.
CUT: Final[Mapping[str, bytes]] = {
    "half a line": b"%b HTT",
    "half a head": _START,
    "no body": _START + b"Content-Length: 100\r\n\r\n",
    "half a body": _START + b"Content-Length: 100\r\n\r\n" + _BODY,
    "half a chunk": _START + b"Transfer-Encoding: chunked\r\n\r\nff\r\n" + _BODY,
    "long chunk extension": _START + b"Transfer-Encoding: chunked\r\n\r\n1;" + _LONG,
    "half a line of lines": b"%b HTTP/1.1\r\nHost: storm\r\nContent-Type: application/x-ndjson\r\n"
    b'Transfer-Encoding: chunked\r\n\r\n12\r\nrubbish\n{}\n{"name":"\r\n',
    "rubbish among lines": b"%b HTTP/1.1\r\nHost: storm\r\nContent-Type: application/x-ndjson\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n8\r\nrubbish\n\r\nzz\r\n",
    "waits for a word": _START + b"Expect: 100-continue\r\nContent-Length: 100\r\n\r\n",
    "answers never read": (_START + _FRAMED) * 40,
}


def malformed(count: int, seed: int) -> Iterator[Shot]:
    """Yield so many shots: every way in its turn, each time at another route."""
    ways = [*((name, way, False) for name, way in WAYS.items()), *((name, way, True) for name, way in CUT.items())]
    dice = random.Random(seed)
    dice.shuffle(ways)
    for number in range(count):
        name, way, cut = ways[number % len(ways)]
        route = dice.choice(ROUTES)
        path = re.sub(r"{\w+}", "TEST_JOB", route.path)
        data = way.replace(b"%b", f"{route.method} {path}".encode())
        yield Shot(subject="cut off" if cut else "no HTTP", kind=name, data=data, cut=cut)
