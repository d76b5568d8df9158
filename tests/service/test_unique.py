"""Unique jobs: one job of a name with a key at a time, and what another one gets meanwhile."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs
import pytest

import service
from jobdefs import Catalog, Unique, define
from jobdefs.errors import DuplicateJob, InvalidOption
from jobdefs.state import State
from jobdefs.storage.contract import Outcome
from jobdefs.storage.drivers import AsyncStore
from jobdefs.storage.execution import ExecutionCalls
from service.idempotency import HEADER
from service.queue import QueueService
from service.settings import ServiceSettings
from tests.service.conftest import Client
from tests.support.definitions import defined
from tests.support.servers import RealServer
from tests.support.waiting import eventually_async

URL = "/v1/enqueue/TEST_JOB"
PAYLOAD = {"message": "hello"}
HOUR = timedelta(hours=1)
Run = Callable[..., Any]


@pytest.fixture
def redis_url(url: str) -> str:
    """Each kind of server in turn: who holds a key is decided there."""
    return url


@define("INVOICE", unique=Unique(key=("customer",)))
@attrs.frozen
class Invoice:
    customer: int
    note: str = ""


@define("SOLE", unique=Unique(key=()))
@attrs.frozen
class Sole:
    note: str = ""


@define("REPORT", unique=Unique(until=HOUR, conflict="error"))
@attrs.frozen
class Report:
    day: str
    rows: dict[str, int] = attrs.field(factory=dict)


@define("GREET", unique=Unique(key=lambda greet: greet.name.lower(), until="started", conflict="replace"))
@attrs.frozen
class Greet:
    name: str


@pytest.fixture
def office(store: AsyncStore) -> QueueService:
    """A queue of jobs that are unique by their definitions."""
    return QueueService(Catalog(tuple(defined(payload) for payload in (Invoice, Report, Greet))), store)


async def post(client: Client, **body: Any) -> tuple[int, dict[str, Any]]:
    response = await client.post(URL, json={"payload": PAYLOAD} | body)
    return response.status, await response.json()


async def test_until_finished(queue: QueueService, client: Client, run_next: Run):
    """Until a job has finished, another one with its key is answered 200 with that job; afterwards it is put in."""
    _, first = await post(client, unique_key="order 7")
    status, again = await post(client, unique_key="order 7", payload={"message": "other"})
    assert (status, again["id"], again["state"], again["created"]) == (200, first["id"], "ready", False)
    assert (again["name"], again["queue"]) == ("TEST_JOB", None)
    assert await run_next(Outcome.FAILED, failures=1, delay=HOUR) == first["id"]
    assert (await post(client, unique_key="order 7"))[1]["state"] == "scheduled"
    assert (await post(client, unique_key="order 8"))[0] == 202
    await queue.cancel(first["id"])
    assert (await post(client, unique_key="order 7"))[0] == 202


async def test_until_started(client: Client, store: AsyncStore):
    """A key that is held until the job has started is free once an attempt has begun."""
    options = {"unique_key": "a", "unique_until": "started"}
    assert [(await post(client, **options))[0] for _ in range(2)] == [202, 200]
    claiming = ExecutionCalls("jobs").exchange(queues=["default"], want=9, token="t", holder="h")
    assert len((await store.send(claiming)).claims) == 1
    assert [(await post(client, **options))[0] for _ in range(2)] == [202, 200]


async def test_window(client: Client, run_next: Run):
    """A key that is held for a window is held though the job has finished, and free when the window is over."""
    options = {"unique_key": "a", "unique_for_ms": 300}
    _, first = await post(client, **options)
    await run_next(Outcome.SUCCEEDED)
    status, again = await post(client, **options)
    assert (status, again["id"], again["state"]) == (200, first["id"], "succeeded")

    async def accepted() -> bool:
        return (await post(client, **options))[0] == 202

    await eventually_async(accepted, 5, "the end of the window")


async def test_forgotten_in_a_window(client: Client, queue: QueueService, run_next: Run):
    """A window outlives its job: the answer has its id, its name, and no state."""
    options = {"unique_key": "a", "unique_for_ms": 60_000}
    _, first = await post(client, **options)
    await run_next(Outcome.SUCCEEDED, keep=timedelta(0))
    await queue.enqueue("TEST_JOB", PAYLOAD)
    await run_next(Outcome.SUCCEEDED)
    status, again = await post(client, **options)
    assert (status, again["id"], again["name"], again["state"]) == (200, first["id"], "TEST_JOB", None)


async def test_error(client: Client, queue: QueueService):
    """With on_conflict "error" another one is answered 409 with the id of the job that holds the key."""
    _, first = await post(client, unique_key="a")
    status, problem = await post(client, unique_key="a", on_conflict="error")
    assert (status, problem["code"], problem["job_id"], problem["key"]) == (409, "job_duplicate", first["id"], "a")
    assert problem["detail"].startswith(f"The unique key 'a' is held by job {first['id']}; wait")
    with pytest.raises(DuplicateJob):
        await queue.enqueue("TEST_JOB", PAYLOAD, unique_key="a", on_conflict="error")


async def test_what_was_refused_leaves_no_trace(client: Client, run_next: Run):
    """The idempotency key of what was refused is unused: any request may go in under it once the unique key is free."""
    headers, body = {HEADER: "once"}, {"payload": PAYLOAD, "unique_key": "a", "on_conflict": "error"}
    assert (await post(client, unique_key="a"))[0] == 202
    assert [(await client.post(URL, json=body, headers=headers)).status for _ in range(2)] == [409, 409]
    await run_next(Outcome.SUCCEEDED)
    assert (await client.post(URL, json=body | {"priority": 3}, headers=headers)).status == 202


async def test_replace(client: Client, queue: QueueService):
    """With on_conflict "replace" only the last of many requests is left, while none has begun."""
    options = {"unique_key": "a", "unique_until": "started", "on_conflict": "replace", "delay_ms": 60_000}
    answers = [await post(client, payload={"message": f"{number}"}, **options) for number in range(3)]
    assert [status for status, _ in answers] == [202, 202, 202]
    states = [(await queue.get(body["id"])).state for _, body in answers]
    assert states == [State.CANCELLED, State.CANCELLED, State.SCHEDULED]
    assert (await queue.get(answers[0][1]["id"])).reason == f"replaced by job {answers[1][1]['id']}"


async def test_nothing_replaces_what_runs(client: Client, store: AsyncStore):
    """What has begun is not replaced: the answer is that job."""
    options = {"unique_key": "a", "on_conflict": "replace"}
    _, first = await post(client, **options)
    await store.send(ExecutionCalls("jobs").exchange(queues=["default"], want=1, token="t", holder="h"))
    status, again = await post(client, **options)
    assert (status, again["id"], again["state"]) == (200, first["id"], "running")


async def test_a_job_that_is_gone_holds_nothing(client: Client, store: AsyncStore, lose: Run, queue: QueueService):
    """A crash holds no key for ever: it stays with a lost job, which runs again, and goes with one that is removed."""
    _, first = await post(client, unique_key="a")
    await lose()
    assert (await post(client, unique_key="a"))[1] == {**first, "queue": None, "created": False}
    await lose()
    assert (await post(client, unique_key="a"))[1]["state"] == "suspect"
    await queue.cancel(first["id"])
    assert (await post(client, unique_key="a"))[0] == 202


@pytest.mark.parametrize("left", ["finished nobody", "started nobody", "strange"])
async def test_a_key_of_nobody(client: Client, server: RealServer, left: str):
    """A key that was left behind by a job that is not there is free."""
    with server.client() as store:
        store.set("{jobs}:unique:TEST_JOB:a", left)
    assert (await post(client, unique_key="a"))[0] == 202


async def test_at_once(client: Client, queue: QueueService):
    """Fifty posts with one key at the same moment make one job, and all are told its id."""
    answers = await asyncio.gather(*(post(client, unique_key="a") for _ in range(50)))
    assert Counter(status for status, _ in answers) == {202: 1, 200: 49}
    assert len({body["id"] for _, body in answers}) == 1
    assert len((await queue.page()).jobs) == 1


async def test_names_apart(office: QueueService):
    """A key is unique among the jobs of one name."""
    await office.enqueue(Invoice(customer=1), unique_key="a")
    assert (await office.enqueue(Greet(name="x"), unique_key="a")).created


async def test_by_fields(office: QueueService):
    """By its definition a job is unique by fields of its payload."""
    first = await office.enqueue(Invoice(customer=1, note="a"))
    again = await office.enqueue("INVOICE", {"customer": 1, "note": "b"})
    assert (again.created, again.id, again.state) == (False, first.id, State.READY)
    assert (await office.enqueue(Invoice(customer=2))).created


async def test_by_payload(office: QueueService):
    """Or by its whole payload, however that is ordered, for a window."""
    rows = {"a": 1, "b": 2}
    first = await office.enqueue(Report(day="today", rows=rows))
    with pytest.raises(DuplicateJob) as caught:
        await office.enqueue("REPORT", {"rows": {"b": 2, "a": 1}, "day": "today"})
    assert caught.value.job_id == first.id
    assert (await office.enqueue(Report(day="today"))).created


async def test_the_key_is_as_documented(office: QueueService, server: RealServer):
    """Producers in other languages can give the same key: sorted JSON of the fields, or its SHA-256."""
    rows = {"b": 2, "a": 1}
    await office.enqueue(Invoice(customer=1))
    await office.enqueue(Report(day="\u00e4", rows=rows))
    await office.enqueue(Report(day="x" * 200, rows=rows))
    long = f'{{"day":"{"x" * 200}","rows":{{"a":1,"b":2}}}}'
    with server.client() as store:
        keys = {key.decode().removeprefix("{jobs}:unique:") for key in store.scan_iter("{jobs}:unique:*")}
    assert keys == {
        'INVOICE:{"customer":1}',
        'REPORT:{"day":"\u00e4","rows":{"a":1,"b":2}}',
        f"REPORT:{hashlib.sha256(long.encode()).hexdigest()}",
    }


async def test_by_function(office: QueueService):
    """Or by a function of it; here the later one replaces the earlier."""
    first, second = [await office.enqueue(Greet(name=name)) for name in ("Ada", "ADA")]
    assert (first.created, second.created, (await office.get(first.id)).state) == (True, True, State.CANCELLED)


async def test_options_count_more(office: QueueService, run_next: Run):
    """An option of an enqueue counts in place of what the definition says, each for itself."""
    report = Report(day="today")
    first = await office.enqueue(report)
    assert (await office.enqueue(report, on_conflict="existing")).id == first.id
    assert (await office.enqueue(report, unique_key="b", unique_until="finished")).created
    with pytest.raises(DuplicateJob):
        await office.enqueue(report, unique_key="b")
    await run_next(Outcome.SUCCEEDED)
    await run_next(Outcome.SUCCEEDED)
    assert (await office.enqueue(report, unique_key="b")).created
    with pytest.raises(DuplicateJob, match=r"The unique key '\{"):
        await office.enqueue(report)


async def test_replay(client: Client, queue: QueueService):
    """A job whose key another one holds by now cannot be replayed: 409 with that job's id."""
    _, first = await post(client, unique_key="a")
    await queue.cancel(first["id"])
    _, second = await post(client, unique_key="a")
    response = await client.post(f"/v1/jobs/{first['id']}/replay")
    problem = await response.json()
    assert (response.status, problem["code"], problem["job_id"]) == (409, "job_duplicate", second["id"])
    assert problem["detail"].startswith(f"Its unique key is held by job {second['id']};")
    await queue.cancel(second["id"])
    assert (await client.post(f"/v1/jobs/{first['id']}/replay")).status == 200


async def test_one_call(queue: QueueService):
    """Within one call, too, the first one holds the key."""
    request = service.EnqueueRequest("TEST_JOB", PAYLOAD, options={"unique_key": "a"})
    first, again = await queue.enqueue_many([request, request])
    assert isinstance(first, service.EnqueueReceipt)
    assert isinstance(again, service.EnqueueReceipt)
    assert (first.created, again.created, again.id) == (True, False, first.id)


@pytest.mark.parametrize(
    ("options", "detail"),
    [
        ({"unique_key": 5}, "unique_key: must be a string."),
        ({"unique_key": ""}, "unique_key: must have 1 to 200 printable characters."),
        ({"unique_key": "x" * 201}, "unique_key: must have 1 to 200 printable characters."),
        ({"unique_key": "a\n"}, "unique_key: must have 1 to 200 printable characters."),
        ({"unique_key": "a", "unique_until": "dead"}, "unique_until: is 'dead', and must be started or finished."),
        ({"unique_key": "a", "unique_for_ms": 0}, "unique_for_ms: must be at least 1 millisecond."),
        ({"unique_key": "a", "unique_for_ms": "1"}, "unique_for_ms: must be an integer."),
        (
            {"unique_key": "a", "unique_for_ms": 10**12},
            "unique_for_ms: must be from 0 to 315,360,000,000 milliseconds.",
        ),
        (
            {"unique_key": "a", "unique_until": "started", "unique_for_ms": 5},
            "unique_until: excludes a window (unique_for); give one of the two.",
        ),
        (
            {"unique_key": "a", "on_conflict": "wait"},
            "on_conflict: is 'wait', and must be existing or error or replace.",
        ),
        ({"on_conflict": "error"}, "unique_key: is missing; TEST_JOB is not unique by its definition."),
        ({"unique_for_ms": 5}, "unique_key: is missing; TEST_JOB is not unique by its definition."),
    ],
)
async def test_bad_options(client: Client, queue: QueueService, options: dict[str, Any], detail: str):
    """What is wrong with such an option is answered 422, naming it, and nothing is put in."""
    status, problem = await post(client, **options)
    assert (status, problem["code"], problem["detail"]) == (422, "option_invalid", detail)
    assert problem["option"] == detail.partition(":")[0]
    assert await queue.queues() == ()


@pytest.mark.parametrize("options", [{"unique_key": 5}, {"unique_key": "a", "unique_for": 5}])
async def test_bad_types(queue: QueueService, options: dict[str, Any]):
    """In Python, too, an option of a wrong kind raises InvalidOption."""
    with pytest.raises(InvalidOption, match=r"^unique_(key|for): is 5, and must be a "):
        await queue.enqueue("TEST_JOB", PAYLOAD, **options)


async def test_definitions_tell(settings: ServiceSettings, aiohttp_client: Any):
    """GET /v1/definitions tells in the words of the options how jobs are unique."""
    catalog = Catalog(tuple(defined(payload) for payload in (Invoice, Sole, Report, Greet)))
    client = await aiohttp_client(service.create_app(catalog=catalog, settings=settings))
    shown = (await (await client.get("/v1/definitions")).json())["definitions"]
    told = {one["name"]: tuple(one["unique"].values()) for one in shown}
    assert set(shown[0]["unique"]) == {"fields", "unique_until", "unique_for_ms", "on_conflict"}
    assert told == {
        "GREET": (None, "started", None, "replace"),
        "INVOICE": (["customer"], "finished", None, "existing"),
        "REPORT": (["day", "rows"], None, 3_600_000, "error"),
        "SOLE": ([], "finished", None, "existing"),
    }
