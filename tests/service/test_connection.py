"""What comes to the program and to no handler."""

import json
import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.programs import Program, serving

Door = tuple[Program, tuple[str, int]]
MEBIBYTE = 1024 * 1024


@pytest.fixture
def door(redis_url: str) -> Iterator[Door]:
    """A program that serves, and where."""
    with serving(REDIS_URL=redis_url) as (program, connection):
        yield program, (connection.host, connection.port)


def said(door: Door, data: bytes) -> bytes:
    """Return everything that is answered until the program hangs up."""
    with socket.create_connection(door[1], 10) as connection, connection.makefile("rb") as answers:
        connection.sendall(data)
        return answers.read()


def silent(door: Door) -> None:
    """Stop the program, which must have logged nothing."""
    door[0].terminate()
    assert door[0].communicate(timeout=10) == ("", "")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x16\x03\x01\x02\x00", "Received HTTPS traffic on an HTTP port"),
        (b"GET /healthz HTTP/9.9\r\n\r\n", "Bad status line Invalid HTTP version"),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: \x00\r\n\r\n", "Invalid header value char"),
    ],
)
def test_no_http(door: Door, data: bytes, reason: str):
    """What is no HTTP is answered by a problem that says why, and then hung up on; the log is not for that."""
    head, _, body = said(door, data).partition(b"\r\n\r\n")
    assert (head.split()[1], b"application/problem+json" in head) == (b"400", True)
    assert json.loads(body)["detail"] == f"This is no HTTP that could be read: {reason}."
    silent(door)


def test_unknown_expectation(door: Door):
    """An Expect that nobody knows is answered by a problem."""
    answered = said(door, b"GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: x\r\nConnection: close\r\n\r\n")
    assert b" 417 " in answered
    assert json.loads(answered.partition(b"\r\n\r\n")[2])["code"] == "expectation_failed"


def test_nobody_waits_for_the_continuation(door: Door):
    """A client that asks whether it may go on, and goes away instead, is no error."""
    head = b"POST /v1/jobs/a/cancel HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 7\r\n\r\n"
    for _ in range(50):
        with socket.create_connection(door[1], 10) as connection:
            connection.sendall(head)
            connection.shutdown(socket.SHUT_WR)
            connection.recv(1)
    silent(door)


def test_a_compressed_body_stays_as_it_is(door: Door):
    """A body that claims to be compressed, and is not, harms neither its connection nor the log."""
    head = b"POST /v1/jobs/a/cancel HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: 7\r\n\r\n"
    answered = said(door, head + b"rubbish" + b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert re.findall(rb"HTTP/1.. (\d+)", answered) == [b"404", b"200"]
    silent(door)


def test_rubbish_is_not_kept(door: Door):
    """Megabytes that are no HTTP, sent by several at once, do not lie about in memory."""
    before, connections = peak_bytes(door), [socket.create_connection(door[1], 10) for _ in range(8)]
    for connection in connections:
        connection.settimeout(0)
        for _ in range(20):
            with suppress(BlockingIOError, ConnectionError):
                connection.send(b"x" * MEBIBYTE)
    for connection in connections:
        connection.close()
    said(door, b"rubbish\r\n\r\n")
    assert peak_bytes(door) - before < 16 * MEBIBYTE


def peak_bytes(door: Door) -> int:
    """Return the most memory that the program has held so far."""
    status = Path(f"/proc/{door[0].pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024
