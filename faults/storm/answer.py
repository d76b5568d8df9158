"""What came back over a connection, taken apart: one answer after another."""

import json
from collections.abc import Iterator
from typing import Any, Final

import attrs

_INTERIM: Final = range(100, 200)
_BODILESS: Final = (204, 304)


@attrs.frozen
class Answer:
    """One answer; ``headers`` under their lower-case names."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def type(self) -> str:
        """The type of the body, without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0]

    def json(self) -> Any:
        """Return the body's value; raises ValueError."""
        return json.loads(self.body)


def answers(data: bytes, *, first_is_head: bool = False) -> Iterator[Answer]:
    """Yield every final answer in what came; raises ValueError where that is no HTTP."""
    headless = first_is_head
    while data:
        head, end, data = data.partition(b"\r\n\r\n")
        if not end:
            raise ValueError(f"no end of a head: {head[:80]!r}")
        status, headers = _head(head.decode("latin-1"))
        if status in _INTERIM:
            continue
        body, data = (b"", data) if headless or status in _BODILESS else _body(headers, data)
        headless = False
        yield Answer(status, headers, body)


def _head(text: str) -> tuple[int, dict[str, str]]:
    line, *fields = text.split("\r\n")
    version, status, *_ = line.split(" ")
    if not version.startswith("HTTP/"):
        raise ValueError(f"no status line: {line[:80]!r}")
    pairs = (field.partition(":") for field in fields)
    return int(status), {name.lower(): value.strip() for name, _, value in pairs}


def _body(headers: dict[str, str], data: bytes) -> tuple[bytes, bytes]:
    if headers.get("transfer-encoding") == "chunked":
        return _chunks(data)
    if "content-length" not in headers:
        return data, b""
    size = int(headers["content-length"])
    if len(data) < size:
        raise ValueError(f"{len(data)} of {size} bytes of a body")
    return data[:size], data[size:]


def _chunks(data: bytes) -> tuple[bytes, bytes]:
    body = b""
    while True:
        line, _, data = data.partition(b"\r\n")
        # An answer that its service broke off ends without its last chunk.
        size = int(line or b"0", 16)
        if size == 0:
            return body, data.removeprefix(b"\r\n")
        body, data = body + data[:size], data[size + 2 :]
