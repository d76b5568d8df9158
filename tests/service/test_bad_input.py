"""What is wrong with a request, and what its sender reads about it. Nothing of it is ever enqueued."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

import service
from service import body as body_module
from service.queue import QueueService
from service.settings import ServiceSettings
from tests.service.conftest import Client

URL = "/v1/enqueue/TEST_JOB"
JSON = {"Content-Type": "application/json"}
LIMIT = 256 * 1024
GIGABYTE = 1024**3


@pytest.fixture(autouse=True)
async def nothing_enqueued(queue: QueueService) -> AsyncIterator[None]:
    yield
    assert await queue.queues() == ()


async def problem(client: Client, body: str | bytes, url: str = URL, **headers: str) -> tuple[int, dict[str, Any]]:
    response = await client.post(url, data=body, headers=JSON | headers)
    assert response.content_type == "application/problem+json"
    return response.status, await response.json()


async def test_unknown_name(client: Client):
    """A name that nobody defined is answered 404 with the names that look like it."""
    status, body = await problem(client, '{"payload": {}}', "/v1/enqueue/TEST_JUB")
    assert status == 404
    assert body == {
        "type": "urn:aiohttp-huey:problem:job_unknown",
        "title": "No job has this name",
        "status": 404,
        "detail": "No job is named 'TEST_JUB'. Did you mean TEST_JOB?",
        "code": "job_unknown",
        "matches": ["TEST_JOB"],
    }


async def test_three_faults(client: Client):
    """A payload with three faults is answered 422 with all three, each with its path and reason."""
    status, body = await problem(client, '{"payload": {"message": 5, "number": "1", "colour": "red"}}')
    assert (status, body["code"]) == (422, "payload_invalid")
    assert body["detail"] == (
        "The payload does not fit TEST_JOB: $.message: expected a string, got an integer;"
        " $.number: expected an integer, got a string; $.colour: unknown field."
    )
    assert body["faults"] == [
        {"path": "$.message", "reason": "expected a string, got an integer"},
        {"path": "$.number", "reason": "expected an integer, got a string"},
        {"path": "$.colour", "reason": "unknown field"},
    ]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "it is empty"),
        ('{"payload": ', "not JSON: Expecting value (line 1, column 13)"),
        ('{"payload": {"message": "x", "number": NaN}}', "NaN is no JSON number"),
        ('{"payload": {"message": "x", "message": "y"}}', 'the key "message" appears twice in one object'),
        ('{"payload": ' + "[" * 40 + "]" * 40 + "}", "it is nested more than 32 levels deep"),
        ('{"payload": {"message": "x", "number": 9223372036854775808}}', "an integer is outside -2^63 to 2^63-1"),
        (b'{"payload": {"message": "\xff"}}', "byte 25 is not valid UTF-8"),
    ],
)
async def test_not_acceptable_json(client: Client, body: str | bytes, reason: str):
    """What two readers could read differently is answered 400, naming which it is."""
    status, answer = await problem(client, body)
    assert (status, answer["code"]) == (400, "body_invalid")
    assert answer["detail"] == f"The body cannot be accepted: {reason}."


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ("[]", "body: must be a JSON object with payload."),
        ("{}", "payload: is missing."),
        ('{"payload": {"message": "x"}, "prioritty": 1}', "prioritty: is unknown (did you mean priority?)."),
        ('{"payload": {"message": "x"}, "delay_ms": "5"}', "delay_ms: must be an integer."),
        ('{"payload": {"message": "x"}, "delay_ms": true}', "delay_ms: must be an integer."),
        ('{"payload": {"message": "x"}, "delay_ms": -1}', "delay_ms: must be from 0 to 315,360,000,000 milliseconds."),
        (
            '{"payload": {"message": "x"}, "delay_ms": 1e300}',
            "delay_ms: must be from 0 to 315,360,000,000 milliseconds.",
        ),
        ('{"payload": {"message": "x"}, "expires_in_ms": 0}', "expires_in_ms: must be at least 1 millisecond."),
        ('{"payload": {"message": "x"}, "priority": 10}', "priority: must be an integer from 0 to 9."),
        ('{"payload": {"message": "x"}, "priority": 1.5}', "priority: must be an integer."),
        ('{"payload": {"message": "x"}, "attempts": 0}', "attempts: must be an integer from 1 to 9999."),
        ('{"payload": {"message": "x"}, "id": 5}', "id: must be a string."),
        (
            '{"payload": {"message": "x"}, "id": "a b"}',
            "id: must start with a letter or digit and have at most 64 of A-Z a-z 0-9 _ . : -.",
        ),
        (
            '{"payload": {"message": "x"}, "run_at": "tomorrow"}',
            "run_at: must be a moment in ISO 8601 with a time zone, for example 2030-01-01T12:00:00Z.",
        ),
        (
            '{"payload": {"message": "x"}, "run_at": "2030-01-01T12:00:00"}',
            "run_at: needs a time zone, for example 2030-01-01T12:00:00Z.",
        ),
        (
            '{"payload": {"message": "x"}, "run_at": "2030-01-01T12:00:00Z", "delay_ms": 5}',
            "run_at: excludes a delay; give one of the two.",
        ),
        (
            '{"payload": {"message": "x"}, "run_at": "9999-01-01T12:00:00Z"}',
            "run_at: must be at most 3,650 days ahead.",
        ),
    ],
)
async def test_options(client: Client, body: str, detail: str):
    """An option that is unknown or out of range is answered 422, naming the option."""
    status, answer = await problem(client, body)
    assert (status, answer["code"]) == (422, "option_invalid")
    assert answer["detail"] == detail
    assert answer["option"] == detail.partition(":")[0]


@pytest.mark.parametrize(
    ("headers", "detail"),
    [
        ({"Content-Type": "text/plain"}, "JSON in UTF-8, with Content-Type: application/json; this is text/plain."),
        ({"Content-Type": "application/json; charset=latin-1"}, "this is application/json; charset=latin-1."),
        ({"Content-Encoding": "gzip"}, "The body must not be compressed; this has Content-Encoding: gzip."),
    ],
)
async def test_wrong_type_before_the_body(settings: ServiceSettings, headers: dict[str, str], detail: str):
    """A body of another type is refused 415 at its head: the answer comes though no byte of the body was sent."""
    status, body = await answer_to_head(settings, JSON | headers | {"Content-Length": "100"})
    assert (status, body["code"]) == (415, "unsupported_media_type")
    assert body["detail"].endswith(detail)


async def test_too_large_before_the_body(settings: ServiceSettings):
    """A body announced with more than 256 KiB is refused 413 at its head."""
    status, body = await answer_to_head(settings, JSON | {"Content-Length": str(GIGABYTE)})
    assert (status, body["size"], body["limit"]) == (413, GIGABYTE, LIMIT)
    assert body["detail"] == "The body has 1,073,741,824 bytes; the limit is 262,144."


async def test_too_large_while_streaming(settings: ServiceSettings):
    """A body that does not tell its size is refused 413 as soon as more than 256 KiB have come, before its end."""
    chunk = b"%x\r\n%b\r\n" % (LIMIT + 1, b" " * (LIMIT + 1))
    status, body = await answer_to_head(settings, JSON | {"Transfer-Encoding": "chunked"}, chunk)
    assert (status, body["code"], body["limit"]) == (413, "too_large", LIMIT)
    assert body["detail"].startswith("The body, as far as it was read, has 262,1")


async def test_stalled_body(settings: ServiceSettings, monkeypatch: pytest.MonkeyPatch):
    """A body that does not come to its end is answered 408."""
    monkeypatch.setattr(body_module, "PATIENCE_S", 0.05)
    status, answer = await answer_to_head(settings, JSON | {"Content-Length": "100"}, b"{")
    assert (status, answer["code"]) == (408, "request_timeout")
    assert answer["detail"] == "The body did not end within 0.05 s."


async def answer_to_head(settings: ServiceSettings, headers: dict[str, str], more: bytes = b"") -> tuple[int, Any]:
    async with TestServer(service.create_app(settings=settings)) as server:
        reader, writer = await asyncio.open_connection(server.host, server.port)
        head = [f"POST {URL} HTTP/1.1", "Host: x", *(f"{name}: {value}" for name, value in headers.items())]
        try:
            writer.write("\r\n".join([*head, "", ""]).encode() + more)
            answered = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)).decode()
            size = int(answered.lower().partition("content-length: ")[2].split()[0])
            return int(answered.split()[1]), json.loads(await reader.readexactly(size))
        finally:
            writer.close()
            await writer.wait_closed()
