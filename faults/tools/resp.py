"""Finds where a message ends in what a client and a server say to each other, in RESP 2 or 3.

The protocol is that of https://redis.io/docs/latest/develop/reference/protocol-spec.
"""

from collections.abc import Iterator
from typing import Final

_END: Final = b"\r\n"
# What is as long as its first line says, and how many messages are in what has others in it.
_SIZED: Final = frozenset(b"$!=")
_PARTS: Final = {ord("*"): 1, ord("~"): 1, ord(">"): 1, ord("%"): 2, ord("|"): 2}


class Splitter:
    """Takes bytes in as they come, and gives out whole messages, byte for byte."""

    def __init__(self) -> None:
        self._kept = bytearray()
        self._begin()

    def _begin(self) -> None:
        self._read, self._open = 0, 1

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield every message that is whole with these bytes."""
        self._kept += data
        while (size := self._next_part()) is not None:
            self._read = size
            if not self._open:
                yield bytes(self._kept[:size])
                del self._kept[:size]
                self._begin()

    def _next_part(self) -> int | None:
        """Return where the next part of the message ends, None where it is not here yet."""
        line_end = self._kept.find(_END, self._read)
        if line_end < 0:
            return None
        kind, number = self._kept[self._read], bytes(self._kept[self._read + 1 : line_end])
        end = line_end + len(_END)
        if kind in _SIZED and (length := int(number)) >= 0:
            end += length + len(_END)
        if end > len(self._kept):
            return None
        self._open += max(int(number), 0) * _PARTS[kind] - 1 if kind in _PARTS else -1
        # An attribute stands before the reply that it is about.
        self._open += kind == ord("|")
        return end


def words(request: bytes) -> list[bytes]:
    """Return the words of a whole request."""
    if not request.startswith(b"*"):
        return request.split()
    found, at = [], request.index(_END) + len(_END)
    while at < len(request):
        line_end = request.index(_END, at)
        start = line_end + len(_END)
        found.append(request[start : (end := start + int(request[at + 1 : line_end]))])
        at = end + len(_END)
    return found
