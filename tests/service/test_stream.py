"""Putting in as many jobs as one likes, line by line."""

import asyncio
import json
import tracemalloc
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestServer

import service
from service import QueueService
from service import body as body_module
from service.settings import ServiceSettings
from tests.service.conftest import Client
from tests.support.servers import RealServer
from tests.support.waiting import turn

LINES = {"Content-Type": "application/x-ndjson"}
PAYLOAD = {"message": "hello"}
LIMIT = 256 * 1024


def line(**fields: Any) -> bytes:
    return json.dumps({"name": "TEST_JOB", "payload": PAYLOAD} | fields).encode() + b"\n"


async def sent(client: Client, *lines: bytes, **headers: str) -> tuple[int, list[Any]]:
    """Send lines and return the status and the verdicts."""
    response = await client.post("/v1/enqueue", data=b"".join(lines), headers=LINES | headers)
    assert response.content_type == "application/x-ndjson"
    return response.status, [json.loads(verdict) for verdict in (await response.read()).splitlines()]


async def lazily(lines: Iterable[bytes]) -> AsyncIterator[bytes]:
    for one in lines:
        yield one


@contextmanager
def peak() -> Iterator[list[int]]:
    """Gather by how many bytes memory rose at most."""
    risen: list[int] = []
    tracemalloc.start()
    yield risen
    risen.append(tracemalloc.get_traced_memory()[1])
    tracemalloc.stop()


async def test_each_line_has_its_verdict(client: Client, queue: QueueService):
    """Each line is answered by a line, in their order, as one of many is; the last one needs no newline."""
    status, verdicts = await sent(client, line(id="a"), line(payload={}), line(id="a"), line(name="NOBODY").rstrip())
    assert (status, [verdict["status"] for verdict in verdicts]) == (200, [202, 422, 200, 404])
    receipt = {"id": "a", "name": "TEST_JOB", "queue": "default", "state": "ready", "created": True}
    assert verdicts[0] == {"status": 202, **receipt, "durability": "memory"}
    assert verdicts[1]["problem"]["faults"] == [{"path": "$.message", "reason": "is required"}]
    assert [counts.ready for counts in await queue.queues()] == [1]


async def test_bad_lines(client: Client):
    """A line that is empty, no JSON, no object, or has strange members, gets a problem and stops no other."""
    bad = [b"\n", b"{\n", b"[]\n", b'{"a": 1, "a": 2}\n', b"\xff\n", line(prioritty=1), line(delay_ms=-1), b'"x"\r\n']
    _, verdicts = await sent(client, *bad, line())
    assert [verdict["status"] for verdict in verdicts] == [400, 400, 422, 400, 400, 422, 422, 422, 202]
    assert verdicts[0]["problem"]["detail"] == "The body cannot be accepted: it is empty."
    assert verdicts[5]["problem"]["detail"] == "prioritty: is unknown (did you mean priority?)."


async def test_thousands_in_little_memory(client: Client, queue: QueueService):
    """Of five thousand lines of 4 KiB, which are 20 MiB, never more than a fraction is in memory."""
    one = line(payload={"message": "x" * 1_000}).rstrip() + b" " * 3_000 + b"\n"
    with peak() as risen:
        response = await client.post("/v1/enqueue", data=lazily([one] * 5_000), headers=LINES)
        count = 0
        async for verdict in response.content:
            count += json.loads(verdict)["status"] == 202
    assert count == 5_000
    assert risen[0] < 8 * 1024 * 1024
    assert [counts.ready for counts in await queue.queues()] == [5_000]


async def test_answers_come_while_lines_do(client: Client):
    """The verdict of a line comes before the next line has to be sent."""
    lines: asyncio.Queue[bytes] = asyncio.Queue()

    async def body() -> AsyncIterator[bytes]:
        while one := await lines.get():
            yield one

    lines.put_nowait(line())
    response = await client.post("/v1/enqueue", data=body(), headers=LINES)
    for following in (line(), line(), b""):
        assert json.loads(await asyncio.wait_for(response.content.readline(), 5))["status"] == 202
        lines.put_nowait(following)
    assert await response.content.read() == b""


async def test_nobody_reads_the_answers(settings: ServiceSettings, monkeypatch: pytest.MonkeyPatch):
    """Who sends lines and takes no verdicts is read no further, and hung up on after half a minute."""
    monkeypatch.setattr(body_module, "PATIENCE_S", 0.3)
    size = 200_000_000
    head = (
        f"POST /v1/enqueue HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nContent-Length: {size}\r\n\r\n"
    )
    async with TestServer(service.create_app(settings=settings)) as server:
        _, writer = await asyncio.open_connection(server.host, server.port, limit=1024)
        writer.write(head.encode())
        with pytest.raises(ConnectionError):
            await all_written(writer, size)
        writer.close()


async def all_written(writer: asyncio.StreamWriter, size: int) -> None:
    while size > 0:
        writer.write(b"{}\n" * 10_000)
        await writer.drain()
        size -= 30_000


async def test_a_line_that_is_too_long(client: Client, queue: QueueService):
    """A line over 256 KiB ends the answer with a problem; the lines before it are in."""
    status, verdicts = await sent(client, line(id="a"), line(), b" " * (LIMIT + 1) + b"\n", line())
    assert (status, [verdict["status"] for verdict in verdicts]) == (200, [202, 202, 413])
    assert verdicts[2]["problem"]["limit"] == LIMIT
    assert [counts.ready for counts in await queue.queues()] == [2]


@pytest.mark.parametrize("end", [b"", b"\n"])
async def test_a_first_line_that_is_too_long(client: Client, end: bytes):
    """Where the first line is too long, that is the answer."""
    response = await client.post("/v1/enqueue", data=b" " * (LIMIT + 1) + end, headers=LINES)
    assert (response.status, (await response.json())["code"]) == (413, "too_large")


async def test_a_stream_that_stalls(client: Client, monkeypatch: pytest.MonkeyPatch):
    """A stream that neither goes on nor ends is ended, with a problem as the last line."""
    monkeypatch.setattr(body_module, "PATIENCE_S", 0.2)
    ended = asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield line()
        await ended.wait()

    response: ClientResponse = await client.post("/v1/enqueue", data=body(), headers=LINES)
    verdicts = [json.loads(await response.content.readline()) for _ in range(2)]
    ended.set()
    assert [verdict["status"] for verdict in verdicts] == [202, 408]
    assert verdicts[1]["problem"]["detail"] == "No line came to its end within 0.2 s."


async def test_a_line_that_dribbles(client: Client, monkeypatch: pytest.MonkeyPatch):
    """A line that goes on and on, however little at a time, is no better than one that stalls."""
    monkeypatch.setattr(body_module, "PATIENCE_S", 0.2)
    ended = asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        while not ended.is_set():
            yield b" "
            await turn()

    response = await asyncio.wait_for(client.post("/v1/enqueue", data=body(), headers=LINES), 10)
    ended.set()
    assert (response.status, (await response.json())["code"]) == (408, "request_timeout")


async def test_the_same_lines_again(client: Client, queue: QueueService):
    """With an Idempotency-Key, the same lines again make no further jobs; each line has its own id by its place."""
    first = await sent(client, line(), b"{\n", line(), **{"Idempotency-Key": "k"})
    again = await sent(client, line(), b"{\n", line(), **{"Idempotency-Key": "k"})
    assert [verdict["status"] for verdict in first[1] + again[1]] == [202, 400, 202, 200, 400, 200]
    assert [verdict.get("id") for verdict in first[1]] == [verdict.get("id") for verdict in again[1]]
    assert [counts.ready for counts in await queue.queues()] == [2]


async def test_no_store(client: Client, valkey_server: RealServer):
    """While the store hangs, lines are answered 503 as a whole if none came in before."""
    assert (await sent(client, line()))[0] == 200
    with valkey_server.frozen():
        response = await client.post("/v1/enqueue", data=line() * 3, headers=LINES)
        assert (response.status, response.headers["Retry-After"]) == (503, "1")


async def test_nothing(client: Client):
    """No lines get no verdicts."""
    assert await sent(client) == (200, [])
