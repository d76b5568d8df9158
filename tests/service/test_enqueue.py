"""Putting jobs in over HTTP."""

import io
from datetime import datetime

import pytest

from jobdefs.clock import to_epoch_ms
from service.queue import QueueService
from tests.service.conftest import Client

URL = "/v1/enqueue/TEST_JOB"
PAYLOAD = {"message": "hello"}


async def test_accepted(client: Client):
    """A job is accepted with its id, name, queue, state and durability, and Location leads to it."""
    response = await client.post(URL, json={"payload": PAYLOAD})
    body = await response.json()
    assert response.status == 202
    assert response.headers["Location"] == f"/v1/jobs/{body['id']}"
    receipt = {"name": "TEST_JOB", "queue": "default", "state": "ready", "created": True, "durability": "memory"}
    assert body == {"id": body["id"], **receipt}
    followed = await (await client.get(response.headers["Location"])).json()
    assert followed["payload"] == {"message": "hello", "number": 0}


async def test_options(client: Client, queue: QueueService):
    """Every option of the body reaches the job."""
    options = {"delay_ms": 60_000.0, "priority": 7, "expires_in_ms": 90_000, "attempts": 5, "id": "a"}
    response = await client.post(URL, json={"payload": PAYLOAD, **options})
    assert (await response.json())["state"] == "scheduled"
    job = await queue.get("a")
    assert job.envelope is not None
    assert (job.priority, job.envelope.expires_in_ms, job.envelope.attempts) == (7, 90_000, 5)
    assert job.due_at_ms == job.envelope.enqueued_at_ms + 60_000


@pytest.mark.parametrize("moment", ["2031-01-01T12:00:00Z", "2031-01-01T14:00:00+02:00"])
async def test_run_at(client: Client, queue: QueueService, moment: str):
    """A moment with a time zone is when the job is due."""
    await client.post(URL, json={"payload": PAYLOAD, "run_at": moment, "id": "a"})
    assert (await queue.get("a")).due_at_ms == to_epoch_ms(datetime.fromisoformat("2031-01-01T12:00:00Z"))


async def test_null_options(client: Client):
    """An option that is null is as one left out."""
    response = await client.post(URL, json={"payload": PAYLOAD, "run_at": None, "priority": None, "id": None})
    assert response.status == 202


async def test_many(client: Client, queue: QueueService):
    """Many jobs get verdicts of their own, in their order; a bad one stops no other."""
    jobs = [
        {"name": "TEST_JOB", "payload": PAYLOAD, "id": "a", "priority": 3},
        {"name": "TEST_JOBB", "payload": PAYLOAD},
        {"name": "TEST_JOB", "payload": {"message": ""}},
        {"name": "TEST_JOB", "payload": PAYLOAD, "priority": 10},
        {"name": "TEST_JOB"},
        {"name": "TEST_JOB", "payload": PAYLOAD, "id": "a", "priority": 3},
        {"name": "TEST_JOB", "payload": PAYLOAD, "id": "a"},
    ]
    response = await client.post("/v1/enqueue", json={"jobs": jobs})
    results = (await response.json())["results"]
    assert response.status == 200
    assert [result["status"] for result in results] == [202, 404, 422, 422, 422, 200, 409]
    assert (results[0]["id"], results[0]["queue"], results[0]["state"]) == ("a", "default", "ready")
    assert results[1]["problem"]["matches"] == ["TEST_JOB"]
    assert results[2]["problem"]["faults"] == [{"path": "$.message", "reason": "must have at least 1 character(s)"}]
    assert results[3]["problem"]["detail"] == "priority: must be an integer from 0 to 9."
    assert results[4]["problem"]["detail"] == "payload: is missing."
    assert [counts.ready for counts in await queue.queues()] == [1]


async def test_many_beyond_one_move(client: Client, queue: QueueService):
    """More jobs than fit into one atomic move are all put in."""
    jobs = [{"name": "TEST_JOB", "payload": PAYLOAD}] * 1_500
    response = await client.post("/v1/enqueue", json={"jobs": jobs})
    assert {result["status"] for result in (await response.json())["results"]} == {202}
    assert [counts.ready for counts in await queue.queues()] == [1_500]


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ([], "body: must be a JSON object with jobs."),
        ({}, "jobs: is missing."),
        ({"jobs": {}}, "jobs: must be an array of objects, each with a name and a payload."),
        ({"jobs": [], "job": 1}, "job: is unknown (did you mean jobs?)."),
        ({"jobs": [{}] * 10_001}, "jobs: at most 10,000 can be enqueued at once, these are 10,001."),
    ],
)
async def test_many_of_nothing(client: Client, body: object, detail: str):
    """A body that lists no jobs is refused as a whole."""
    response = await client.post("/v1/enqueue", json=body)
    assert response.status == 422
    assert (await response.json())["detail"] == detail


async def test_many_too_large(client: Client):
    """Many jobs may have 8 MiB together, and no more."""
    body = io.BytesIO(b" " * (8 * 1024 * 1024 + 1))
    response = await client.post("/v1/enqueue", data=body, headers={"Content-Type": "application/json"})
    assert response.status == 413
    assert (await response.json())["limit"] == 8_388_608
