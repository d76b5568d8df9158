"""The same request twice: one job, by its id or by the header Idempotency-Key."""

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from jobdefs import Catalog, define
from jobdefs.errors import IdempotencyConflict, InvalidOption
from jobdefs.state import State
from jobdefs.storage.contract import NewJob, Outcome
from jobdefs.storage.drivers import AsyncStore
from jobdefs.storage.submission import SubmissionCalls
from service.digest import digest
from service.idempotency import HEADER, job_id, read_key
from service.options import EnqueueOptions, Options
from service.queue import QueueService
from tests.service.conftest import Client
from tests.support.definitions import defined

URL = "/v1/enqueue/TEST_JOB"
PAYLOAD = {"message": "hello"}
KEY = "8e03978e-40d5-43e8-bc93-6894a57f9324"
NOTHING = timedelta(0)


@pytest.fixture
def redis_url(url: str) -> str:
    """Each kind of server in turn: what is the same is decided there."""
    return url


async def post(client: Client, key: str | None = KEY, url: str = URL, **body: Any) -> tuple[int, dict[str, Any]]:
    headers = {} if key is None else {HEADER: key}
    response = await client.post(url, json={"payload": PAYLOAD} | body, headers=headers)
    return response.status, await response.json()


async def count(queue: QueueService) -> int:
    return len((await queue.page()).jobs)


async def test_same_key(client: Client, queue: QueueService):
    """The same request with the same key is answered 202, then 200 with the first job's id and state; there is one."""
    first = await post(client)
    status, again = await post(client)
    assert (first[0], status) == (202, 200)
    assert (again["id"], again["name"], again["state"]) == (first[1]["id"], "TEST_JOB", "ready")
    assert (first[1]["created"], again["created"], again["queue"]) == (True, False, None)
    assert await count(queue) == 1
    assert (await post(client, key=f"{KEY}.other"))[0] == 202


async def test_same_id(client: Client):
    """The same request with the same id is answered so, too, and Location leads to the job."""
    first = await client.post(URL, json={"payload": PAYLOAD, "id": "order:7"})
    again = await client.post(URL, json={"payload": PAYLOAD, "id": "order:7"})
    assert (first.status, again.status) == (202, 200)
    assert again.headers["Location"] == "/v1/jobs/order:7"


OTHERS: list[dict[str, Any]] = [
    {"payload": {"message": "other"}},
    {"delay_ms": 1},
    {"run_at": "2031-01-01T12:00:00Z"},
    {"priority": 0},
    {"attempts": 3},
    {"expires_in_ms": 60_000},
    {"unique_key": "a"},
    {"unique_key": "a", "unique_until": "started"},
    {"unique_key": "a", "unique_for_ms": 5},
    {"unique_key": "a", "on_conflict": "error"},
]


async def test_another_body(client: Client, queue: QueueService):
    """Whatever else is asked for under a used key is answered 409 with the first job's id, and changes nothing."""
    _, first = await post(client)
    for other in OTHERS:
        status, problem = await post(client, **other)
        assert (status, problem["code"], problem["job_id"]) == (409, "idempotency_conflict", first["id"]), other
    assert (await count(queue), (await queue.get(first["id"])).state) == (1, State.READY)


def test_every_part_counts():
    """Two requests that differ in any one thing have different digests."""
    second, moment = timedelta(seconds=1), datetime(2031, 1, 1, tzinfo=UTC)
    options: list[EnqueueOptions] = [
        {},
        {"delay": second},
        {"run_at": moment},
        {"run_at": moment + second},
        {"priority": 1},
        {"attempts": 1},
        {"expires_in": second},
        {"unique_key": "1"},
        {"unique_key": "1", "unique_until": "started"},
        {"unique_key": "1", "unique_until": "finished"},
        {"unique_key": "1", "unique_for": second},
        {"unique_key": "1", "on_conflict": "error"},
    ]
    digests = [digest("TEST_JOB", {}, Options(**each)) for each in options]
    digests += [digest("OTHER", {}, Options()), digest("TEST_JOB", {"a": 1}, Options())]
    assert len(set(digests)) == len(digests)
    assert digest("TEST_JOB", {}, Options(id="a", durability="disk")) == digests[0]


async def test_written_otherwise(client: Client):
    """Another order, 5.0 for 5, null for nothing and another durability make no other request."""
    bodies = [
        '{"payload": {"message": "x", "number": 5}, "priority": 3, "delay_ms": 9}',
        '{"delay_ms": 9.0, "payload": {"number": 5.0, "message": "x"}, "priority": 3, "run_at": null}',
        '{"delay_ms": 9, "payload": {"number": 5, "message": "\\u0078"}, "priority": 3, "durability": "memory"}',
    ]
    headers = {HEADER: KEY, "Content-Type": "application/json"}
    assert [(await client.post(URL, data=body, headers=headers)).status for body in bodies] == [202, 200, 200]


@define("ANYTHING")
@attrs.frozen
class Anything:
    value: Any
    moment: datetime | None = None


async def test_any_json(store: AsyncStore):
    """Order and way of writing make no difference inside any JSON either, nor does the zone of a moment."""
    queue = QueueService(Catalog((defined(Anything),)), store)
    moment = "2031-01-01T12:00:00Z"
    await queue.enqueue("ANYTHING", {"value": {"a": 1, "b": [5, 0.5]}, "moment": moment}, id="a")
    other = {"moment": "2031-01-01T14:00:00+02:00", "value": {"b": [5.0, 0.5], "a": 1.0}}
    assert not (await queue.enqueue("ANYTHING", other, id="a")).created
    with pytest.raises(IdempotencyConflict):
        await queue.enqueue("ANYTHING", {"value": {"a": 1, "b": [0.5, 5]}, "moment": moment}, id="a")


@define("ANYTHING")
@attrs.frozen
class Newer:
    """What ANYTHING is in a later version."""

    value: Any
    moment: datetime | None = None
    copies: int = 1
    stamp: str = attrs.field(factory=lambda: secrets.token_hex(4))


async def test_a_field_that_came_later(store: AsyncStore):
    """Yesterday's request is the same for a service whose class has got a field with a default since."""
    older, newer = (QueueService(Catalog((defined(each),)), store) for each in (Anything, Newer))
    await older.enqueue("ANYTHING", {"value": True}, id="a")
    for same in ({"value": True}, {"moment": None, "value": True}, {"value": True, "copies": 1.0}):
        assert not (await newer.enqueue("ANYTHING", same, id="a")).created
    for other in ({"value": 1}, {"value": True, "copies": 2}, {"value": True, "stamp": ""}):
        with pytest.raises(IdempotencyConflict):
            await newer.enqueue("ANYTHING", other, id="a")


async def test_a_field_that_came_later_in_python(store: AsyncStore):
    """So it is with payload objects."""
    await QueueService(Catalog((defined(Anything),)), store).enqueue(Anything(5), id="a")
    again = {"value": 5.0, "copies": 1}
    assert not (await QueueService(Catalog((defined(Newer),)), store).enqueue("ANYTHING", again, id="a")).created


async def test_python(queue: QueueService):
    """In Python the id is the key: the same by name or by object, while another request raises."""
    moment = datetime(2031, 1, 1, tzinfo=UTC)
    await queue.enqueue("TEST_JOB", PAYLOAD, id="a", run_at=moment)
    again = await queue.enqueue("TEST_JOB", {"number": 0, "message": "hello"}, id="a", run_at=moment)
    assert (again.created, again.id, again.state) == (False, "a", State.SCHEDULED)
    with pytest.raises(IdempotencyConflict, match=r"Job a was enqueued with this id .* by another request") as caught:
        await queue.enqueue("TEST_JOB", PAYLOAD, id="a")
    assert caught.value.job_id == "a"


async def test_forgotten(client: Client, queue: QueueService, run_next: Callable[..., Any]):
    """Keys outlive their jobs: once one is forgotten, the same request still makes none, and another is refused."""
    _, first = await post(client)
    await run_next(Outcome.SUCCEEDED, keep=NOTHING)
    await queue.enqueue("TEST_JOB", PAYLOAD)
    await run_next(Outcome.SUCCEEDED)
    status, again = await post(client)
    assert (status, again["id"], again["name"], again["state"]) == (200, first["id"], None, None)
    assert (await post(client, priority=1))[0] == 409


async def test_at_once(client: Client, queue: QueueService):
    """Fifty posts with one key at the same moment make one job, and one of them is told that it did."""
    answers = await asyncio.gather(*(post(client) for _ in range(50)))
    assert Counter(status for status, _ in answers) == {202: 1, 200: 49}
    assert {body["id"] for _, body in answers} == {job_id(KEY)}
    assert await count(queue) == 1


async def test_many(client: Client, queue: QueueService):
    """For many jobs the key holds by place: a repeat gives the same ids, a changed entry is refused alone."""
    jobs = [{"name": "TEST_JOB", "payload": {"message": f"{number}"}} for number in range(3)]
    headers = {HEADER: KEY}
    first = (await (await client.post("/v1/enqueue", json={"jobs": jobs}, headers=headers)).json())["results"]
    jobs[1] = {"name": "TEST_JOB", "payload": PAYLOAD}
    again = (await (await client.post("/v1/enqueue", json={"jobs": jobs}, headers=headers)).json())["results"]
    assert [result["status"] for result in first + again] == [202, 202, 202, 200, 409, 200]
    assert [again[0]["id"], again[2]["id"]] == [first[0]["id"], first[2]["id"]]
    assert (await post(client))[0] == 202
    assert await count(queue) == 4


async def test_key_and_id(client: Client, queue: QueueService):
    """A key and an id together are refused, for many jobs entry by entry."""
    status, problem = await post(client, id="a")
    assert (status, problem["option"]) == (422, "id")
    assert problem["detail"] == "id: excludes the header Idempotency-Key; give one of the two."
    jobs = [{"name": "TEST_JOB", "payload": PAYLOAD, "id": "a"}, {"name": "TEST_JOB", "payload": PAYLOAD}]
    response = await client.post("/v1/enqueue", json={"jobs": jobs}, headers={HEADER: KEY})
    assert [result["status"] for result in (await response.json())["results"]] == [422, 202]
    assert await count(queue) == 1


async def test_another_name(queue: QueueService, store: AsyncStore):
    """A job of another name under the same id is another one, even if whoever put it in kept no digest of it."""
    await queue.check()
    envelope = b'{"v":1,"id":"a","name":"%b","queue":"default","priority":0,"payload":{}}'
    calls = SubmissionCalls("jobs")
    await store.send(calls.submit([NewJob(envelope=envelope % b"STRANGE")]))
    with pytest.raises(IdempotencyConflict):
        await queue.enqueue("TEST_JOB", PAYLOAD, id="a")
    await store.send(calls.submit([NewJob(envelope=envelope.replace(b'"a"', b'"b"') % b"TEST_JOB")]))
    assert (await queue.enqueue("TEST_JOB", PAYLOAD, id="b")).name == "TEST_JOB"


@pytest.mark.parametrize(
    ("given", "key"), [("a", "a"), ('"a"', "a"), (r'"a\"b\\c"', r'a"b\c'), ('a"b', 'a"b'), ("x" * 255, "x" * 255)]
)
def test_header(given: str, key: str):
    """The header's key may be bare or quoted, which makes no difference."""
    assert read_key([given]) == key


BAD = ["", '""', '"a', '"a"b', '"a";x=1', '"a b"', "a b", "x" * 256, '"' + "x" * 256 + '"', "ä", '"\x7f"', r'"\a"']


@pytest.mark.parametrize("given", BAD)
def test_bad_header(given: str):
    """A header that is no key is refused with what a key is."""
    with pytest.raises(InvalidOption, match=r"^Idempotency-Key: must have 1 to 255 visible ASCII characters"):
        read_key([given])


async def test_bad_header_over_http(client: Client, queue: QueueService):
    """A header that is no key, or is there twice, is answered 422, naming it; nothing is put in."""
    for headers in ([(HEADER, "a b")], [(HEADER, "")], [(HEADER, "a"), (HEADER, "a")], [(HEADER.lower(), "ä")]):
        for url, body in ((URL, {"payload": PAYLOAD}), ("/v1/enqueue", {"jobs": []})):
            response = await client.post(url, json=body, headers=headers)
            problem = await response.json()
            assert (response.status, problem["code"], problem["option"]) == (422, "option_invalid", HEADER)
    assert await count(queue) == 0
