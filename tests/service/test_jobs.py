"""Looking at jobs over HTTP, and moving those that wait or have ended."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from jobdefs.state import State
from jobdefs.storage.contract import Lease, NewJob, Outcome, Settlement
from jobdefs.storage.drivers import AsyncStore
from jobdefs.storage.execution import ExecutionCalls
from jobdefs.storage.submission import SubmissionCalls
from service.queue import QueueService
from tests.service.conftest import Client

PAYLOAD = {"message": "hello"}
ERROR = b'{"type": "ValueError", "message": "no", "traceback": "Traceback: no"}'


async def test_succeeded(client: Client, queue: QueueService, run_next: Callable[..., Any]):
    """A job that succeeded is shown with its payload, result, moments and events."""
    await queue.enqueue("TEST_JOB", PAYLOAD, id="a")
    await run_next(Outcome.SUCCEEDED, result=b'{"big": 9007199254740993}')
    job = await (await client.get("/v1/jobs/a")).json()
    assert (job["id"], job["name"], job["queue"], job["state"]) == ("a", "TEST_JOB", "default", "succeeded")
    assert (job["payload"], job["result"], job["error"]) == (
        {"message": "hello", "number": 0},
        {"big": 2**53 + 1},
        None,
    )
    assert job["attempts"] == {"failures": 0, "lost": 0, "limit": 3}
    assert job["finished_at_ms"] >= job["claimed_at_ms"] >= job["enqueued_at_ms"]
    assert job["finished_at"].endswith("Z")
    assert [event["name"] for event in job["events"]] == ["enqueued", "running", "succeeded"]
    assert {"name", "at", "at_ms", "attempt", "detail"} == set(job["events"][1])


async def test_dead(client: Client, queue: QueueService, run_next: Callable[..., Any]):
    """A job that failed shows the error's type, message and traceback."""
    await queue.enqueue("TEST_JOB", PAYLOAD, id="a", attempts=1)
    await run_next(Outcome.DEAD, failures=1, error=ERROR)
    job = await (await client.get("/v1/jobs/a")).json()
    assert job["error"] == {"type": "ValueError", "message": "no", "traceback": "Traceback: no"}
    assert job["attempts"] == {"failures": 1, "lost": 0, "limit": 1}


async def test_unreadable(client: Client, queue: QueueService, store: AsyncStore, redis_url: str):
    """A job whose payload is no JSON is shown as text instead of failing the page."""
    await queue.check()
    envelope = b'{"v":1,"id":"a","name":"STRANGE","queue":"default","priority":0,"payload":{nothing}}'
    await store.send(SubmissionCalls("jobs").submit([NewJob(envelope=envelope)]))
    job = await (await client.get("/v1/jobs/a")).json()
    assert (job["payload"], job["attempts"]["limit"]) == ("{nothing}", None)


async def test_not_found(client: Client):
    """A job that is not there is answered 404."""
    for method, path in (("GET", ""), ("POST", "/cancel"), ("POST", "/replay")):
        response = await client.request(method, f"/v1/jobs/nobody{path}")
        body = await response.json()
        assert (response.status, body["code"]) == (404, "job_not_found")
        assert body["detail"] == "No job has the id 'nobody'; it never existed, or its retention has ended."


async def test_pages(client: Client, queue: QueueService):
    """Pages lead through all jobs, each once, without payloads and tracebacks."""
    for number in range(5):
        await queue.enqueue("TEST_JOB", PAYLOAD, id=f"j{number}")
    seen, query = [], {"limit": "2"}
    while True:
        page = await (await client.get("/v1/jobs", params=query)).json()
        seen += page["jobs"]
        if page["cursor"] is None:
            break
        query = {"limit": "2", "cursor": page["cursor"]}
    assert [job["id"] for job in seen] == ["j0", "j1", "j2", "j3", "j4"]
    assert not {"payload", "result", "events"} & set(seen[0])


async def test_filters(client: Client, queue: QueueService, run_next: Callable[..., Any]):
    """State, queue and name narrow the list."""
    await queue.enqueue("TEST_JOB", PAYLOAD, id="a")
    await run_next(Outcome.DEAD, failures=1, error=ERROR)
    await queue.enqueue("TEST_JOB", PAYLOAD, id="b")

    async def ids(query: str) -> list[str]:
        return [job["id"] for job in (await (await client.get(f"/v1/jobs?{query}")).json())["jobs"]]

    assert await ids("state=dead") == ["a"]
    assert await ids("state=ready&queue=default&name=TEST_JOB") == ["b"]
    assert await ids("queue=mail") == await ids("name=OTHER") == await ids("state=parked") == []
    dead = await (await client.get("/v1/jobs?state=dead")).json()
    assert dead["jobs"][0]["error"] == {"type": "ValueError", "message": "no"}


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("limit=0", "limit: must be from 1 to 200."),
        ("limit=201", "limit: must be from 1 to 200."),
        ("limit=ten", "limit: must be a whole number."),
        ("limit=", "limit: must be a whole number."),
        ("limit=1&limit=2", "limit: is there more than once."),
        ("state=", "state: is unknown; there are scheduled, ready, running,"),
        ("state=done", "state: is unknown; there are scheduled, ready, running,"),
        ("cursor=zzz", "cursor: no page gave this cursor; begin again without one."),
        ("sort=id", "sort: is unknown; there are state, queue, name, cursor, limit."),
    ],
)
async def test_bad_query(client: Client, query: str, detail: str):
    """A query that means nothing is answered 422, naming what is wrong."""
    response = await client.get(f"/v1/jobs?{query}")
    assert response.status == 422
    assert (await response.json())["detail"].startswith(detail)


async def test_cancel_and_replay(client: Client, queue: QueueService):
    """A job that waits is cancelled at once, a repeat is told the same, and it can be replayed once."""
    await queue.enqueue("TEST_JOB", PAYLOAD, id="a", delay=timedelta(hours=1))
    for _ in range(2):
        response = await client.post("/v1/jobs/a/cancel")
        assert (response.status, await response.json()) == (200, {"id": "a", "state": "cancelled"})
    assert await (await client.post("/v1/jobs/a/replay")).json() == {"id": "a", "state": "ready"}
    again = await client.post("/v1/jobs/a/replay")
    body = await again.json()
    assert (again.status, body["code"], body["state"]) == (409, "wrong_state", "ready")
    assert body["detail"] == "Job a is ready; replay works only while it is dead or cancelled or expired or parked."


async def test_cancel_parked(client: Client, queue: QueueService, run_next: Callable[..., Any]):
    """A parked job is cancelled at once."""
    await queue.enqueue("TEST_JOB", PAYLOAD, id="a")
    await run_next(Outcome.PARKED, detail="no handler")
    response = await client.post("/v1/jobs/a/cancel")
    assert (response.status, await response.json()) == (200, {"id": "a", "state": "cancelled"})


async def test_cancel_suspect(client: Client, queue: QueueService, lose: Callable[..., Any]):
    """A job whose consumers vanished is cancelled at once; until then the lists and the queues have it as suspect."""
    await queue.enqueue("TEST_JOB", PAYLOAD, id="a")
    await lose()
    await lose()
    (job,) = (await (await client.get("/v1/jobs?state=suspect")).json())["jobs"]
    (counts,) = (await (await client.get("/v1/queues")).json())["queues"]
    assert (job["id"], job["attempts"]["lost"], counts["suspect"]) == ("a", 2, 1)
    response = await client.post("/v1/jobs/a/cancel")
    assert (response.status, await response.json()) == (200, {"id": "a", "state": "cancelled"})


async def test_cancel_running(client: Client, queue: QueueService, store: AsyncStore):
    """Of a job that runs it is asked: 202, its consumer hears of it, and it does not run again."""
    calls = ExecutionCalls("jobs")
    await queue.enqueue("TEST_JOB", PAYLOAD, id="a")
    (claim,) = (await store.send(calls.exchange(queues=["default"], want=1, token="t", holder="h"))).claims
    for _ in range(2):
        response = await client.post("/v1/jobs/a/cancel")
        assert (response.status, await response.json()) == (202, {"id": "a", "state": "running"})
    assert (await store.send(calls.beat(holder="h", held=[Lease("a", "t")]))).cancelled == (Lease("a", "t"),)
    settlement = Settlement(id="a", token=claim.token, outcome=Outcome.FAILED, failures=1)
    await store.send(calls.exchange(queues=[], want=0, token="u", holder="h", settlements=[settlement]))
    assert (await queue.get("a")).state is State.CANCELLED


async def test_queues(client: Client, queue: QueueService):
    """Queues are counted, with the age of the oldest ready job."""
    await queue.enqueue("TEST_JOB", PAYLOAD)
    await queue.enqueue("TEST_JOB", PAYLOAD, delay=timedelta(hours=1))
    (counts,) = (await (await client.get("/v1/queues")).json())["queues"]
    assert counts.pop("oldest_ready_ms") >= 0
    assert counts == {"name": "default", "ready": 1, "scheduled": 1, "running": 0, "suspect": 0}


async def test_definitions(client: Client):
    """Definitions are shown with their policy and the JSON Schema of their payload."""
    (known,) = (await (await client.get("/v1/definitions")).json())["definitions"]
    schema = known.pop("schema")
    assert known.pop("description").startswith("Carries a message")
    policy = {"version": 1, "queue": "default", "priority": 0, "attempts": 3, "timeout_ms": None, "unique": None}
    assert known == {"name": "TEST_JOB"} | policy
    assert schema["properties"]["message"] == {"type": "string", "minLength": 1, "maxLength": 10_000}
    assert (schema["required"], schema["additionalProperties"]) == (["message"], False)
