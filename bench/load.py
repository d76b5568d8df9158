"""A load generator: one thread that keeps many connections busy, each with one request at a time."""

import select
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from bench.programs import BenchFailed

CONNECTIONS: Final = 64
_BODY: Final = b'{"payload":{"message":"hello","number":1}}'
_LONGEST: Final = 65_536


def request(path: str) -> bytes:
    """Return a POST with a valid payload of TEST_JOB."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: {len(_BODY)}\r\n\r\n"
    )
    return head.encode() + _BODY


def rate(address: tuple[str, int], path: str, duration_s: float) -> float:
    """Return how many requests were answered by 202 per second; raises BenchFailed for any other answer."""
    asked = request(path)
    with _connected(address) as connections, select.epoll() as poll:
        for number, connection in connections.items():
            poll.register(number, select.EPOLLIN)
            connection.sendall(asked)
        answered, started = 0, time.perf_counter()
        while (taken_s := time.perf_counter() - started) < duration_s:
            for number, _ in poll.poll(1):
                _check(connections[number])
                connections[number].sendall(asked)
                answered += 1
        return answered / taken_s


@contextmanager
def _connected(address: tuple[str, int]) -> Iterator[dict[int, socket.socket]]:
    connections = [socket.create_connection(address) for _ in range(CONNECTIONS)]
    for connection in connections:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        yield {connection.fileno(): connection for connection in connections}
    finally:
        for connection in connections:
            connection.close()


def _check(connection: socket.socket) -> None:
    """Read one answer to its end."""
    answer = connection.recv(_LONGEST)
    if not answer.startswith(b"HTTP/1.1 202 "):
        raise BenchFailed(f"a service answered {answer[:200]!r}")
    while (end := _end(answer)) is None or len(answer) < end:
        more = connection.recv(_LONGEST)
        if not more:
            raise BenchFailed("a service hung up in the midst of its answer")
        answer += more


def _end(answer: bytes) -> int | None:
    head_end = answer.find(b"\r\n\r\n")
    if head_end < 0:
        return None
    _, _, rest = answer.partition(b"Content-Length: ")
    return head_end + 4 + int(rest[: rest.index(b"\r")])
