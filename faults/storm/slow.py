"""Many sockets at one byte a second, which ask for much and never get to its end, while others are served."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPConnection, HTTPException
from itertools import cycle, islice
from typing import Final

import attrs

from bench.percentiles import percentiles
from faults.storm.gun import Address
from faults.storm.programs import Target, open_files

HEALTH_MS: Final = 50.0
_BUSY: Final = 5
_ALONE_S: Final = 2.0
_PACE_S: Final = 1.0
_PROBE_S: Final = 0.02
_CLOSED_S: Final = 10.0
_LEFT: Final = 8
_JSON: Final = b"POST /v1/enqueue/TEST_JOB HTTP/1.1\r\nHost: storm\r\nContent-Type: application/json\r\n"
_LINES: Final = b"POST /v1/enqueue HTTP/1.1\r\nHost: storm\r\nContent-Type: application/x-ndjson\r\n"
_CHUNKED: Final = b"Transfer-Encoding: chunked\r\n\r\n"
# What each sends at once, and what it sends after that a byte at a time.
WAYS: Final[dict[str, tuple[bytes, bytes]]] = {
    "line": (b"", b"GET /v1/jobs?name=" + b"a" * 500),
    "head": (_JSON, b"X: y\r\n" * 100),
    "body": (_JSON + b"Content-Length: 1000\r\n\r\n", b" " * 500),
    "chunks": (_JSON + _CHUNKED, b"1\r\n \r\n" * 100),
    "line of lines": (_LINES + b"Content-Length: 1000\r\n\r\n", b" " * 500),
}


@attrs.frozen
class SlowStorm:
    """How long /healthz took beside the slow ones, how many of these were hung up on, and what is ``broken``."""

    sockets: int
    health_p50_ms: float
    health_p99_ms: float
    bound_ms: float
    hung_up: int
    failures: list[str]

    @property
    def is_slow(self) -> bool:
        """Whether /healthz took longer than it may."""
        return self.health_p99_ms >= self.bound_ms

    @property
    def broken(self) -> list[str]:
        """A line for each promise that was not kept."""
        told = f"/healthz: {self.health_p99_ms:.1f} ms at the 99th percentile, and {self.bound_ms:.0f} is the bound"
        return [*self.failures, told] if self.is_slow else self.failures


def dribble(target: Target, sockets: int, seconds: float, *, to_the_end: bool) -> SlowStorm:
    """Open so many sockets and send a byte a second on each.

    ``to_the_end``: until the service has closed all; otherwise what /healthz takes is compared with what it takes
    without them, as on a busy machine.
    """
    files = open_files(target.service)
    bound_ms = HEALTH_MS if to_the_end else max(HEALTH_MS, _BUSY * _alone_ms(target))
    health = Health(target.address)
    with ExitStack() as stack:
        slow = [_opened(stack, target.address, way) for way in islice(cycle(WAYS.values()), sockets)]
        health.start()
        hung_up = _send(slow, seconds)
        health.stop()
    failures = [*health.failures, *_left_behind(target, files)]
    if to_the_end and hung_up < sockets:
        failures.append(f"slow: {sockets - hung_up} of {sockets} sockets were never hung up on")
    figures = percentiles("health", health.took_ms)
    return SlowStorm(sockets, figures["health p50"], figures["health p99"], bound_ms, hung_up, failures)


def _alone_ms(target: Target) -> float:
    health = Health(target.address)
    health.start()
    time.sleep(_ALONE_S)
    health.stop()
    return percentiles("health", health.took_ms)["health p99"]


class Health(threading.Thread):
    """Asks /healthz again and again over one connection, and notes how long each answer takes, in milliseconds."""

    def __init__(self, address: Address) -> None:
        super().__init__(name="Health", daemon=True)
        self.took_ms: list[float] = []
        self.failures: list[str] = []
        self._address = address
        self._stopped = threading.Event()

    def run(self) -> None:
        """Ask until told to stop."""
        connection = HTTPConnection(*self._address, timeout=10)
        while not self._stopped.wait(_PROBE_S):
            began = time.monotonic()
            try:
                connection.request("GET", "/healthz")
                answer = connection.getresponse()
                answer.read()
            except (OSError, HTTPException) as error:
                self.failures.append(f"/healthz: {error!r}")
                connection.close()
                continue
            self.took_ms.append((time.monotonic() - began) * 1000)
            if answer.status != 200:
                self.failures.append(f"/healthz: {answer.status}")
        connection.close()

    def stop(self) -> None:
        """Ask no more."""
        self._stopped.set()
        self.join()


def _opened(stack: ExitStack, address: Address, way: tuple[bytes, bytes]) -> tuple[socket.socket, Iterator[int]]:
    connection = stack.enter_context(socket.create_connection(address, _CLOSED_S))
    connection.sendall(way[0])
    connection.settimeout(0)
    return connection, iter(way[1])


def _send(slow: list[tuple[socket.socket, Iterator[int]]], seconds: float) -> int:
    """Send a byte a second on each socket that is open, evenly over the second; return how many were hung up on."""
    deadline, count = time.monotonic() + seconds, len(slow)
    while slow and time.monotonic() < deadline:
        began = time.monotonic()
        for place, each in enumerate(list(slow)):
            time.sleep(max(0.0, began + _PACE_S * place / len(slow) - time.monotonic()))
            if not _is_open(*each):
                slow.remove(each)
        time.sleep(max(0.0, began + _PACE_S - time.monotonic()))
    return count - len(slow)


def _is_open(connection: socket.socket, rest: Iterator[int]) -> bool:
    try:
        connection.send(bytes([next(rest)]))
        while connection.recv(65_536):
            pass
    except BlockingIOError:
        return True
    except OSError:
        pass
    return False


def _left_behind(target: Target, files: int) -> Iterator[str]:
    deadline = time.monotonic() + _CLOSED_S
    while (left := open_files(target.service) - files) > _LEFT and time.monotonic() < deadline:
        time.sleep(0.1)
    if left > _LEFT:
        yield f"sockets: the service still has {left} more than before"
