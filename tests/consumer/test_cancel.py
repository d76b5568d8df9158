"""Cancelling a job that runs: its handler is interrupted where that is possible, and its attempt ends in any case."""

from datetime import timedelta
from functools import partial

import pytest
from pytest_aiohttp.plugin import AiohttpClient

import service
from jobdefs import State
from jobdefs.storage.contract import Move
from jobdefs.storage.submission import SubmissionCalls
from service.settings import ServiceSettings
from tests.consumer.conftest import StartConsumer
from tests.support.consumers import HANDLERS
from tests.support.jobs import MODULES, NAMESPACE, Jobs, story
from tests.support.ledger import Ledger
from tests.support.shop.jobs import Add, Doze, Echo, Nap, Stubborn, StubbornAsync
from tests.support.waiting import eventually, eventually_async

IMPATIENT = f"{HANDLERS},tests.support.shop.impatient"


def cancel(jobs: Jobs, job_id: str) -> Move | None:
    return jobs.store.send(SubmissionCalls(NAMESPACE).cancel(job_id, timedelta(hours=1)))


def begun(ledger: Ledger, job_id: str) -> None:
    eventually(lambda: job_id in ledger.subjects("start"), what="the start of the job")


@pytest.mark.parametrize("payloads", [(Nap(30), Add(1, 1)), (Doze(30), Echo("after"))])
def test_running(
    start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger, kind: str, payloads: tuple[object, object]
) -> None:
    """A running job that is cancelled ends soon as cancelled, and another one has its place."""
    running = start_consumer("-n", "-k", kind, "-w", "1", JOBS_CONCURRENCY="1", JOBS_LEASE="2")
    job_id = jobs.put(payloads[0])
    begun(ledger, job_id)
    assert cancel(jobs, job_id) == Move(done=True, state=State.RUNNING)
    job = jobs.ended(job_id, timeout=3)
    assert (job.state, job.failures, story(job)) == (State.CANCELLED, 0, ["enqueued", "running", "cancelled"])
    assert jobs.run(payloads[1]).state is State.SUCCEEDED
    assert ledger.subjects("end") == []
    assert running.logged("Traceback") == []


@pytest.mark.parametrize("payloads", [(Stubborn(30), Add(1, 1)), (StubbornAsync(30), Echo("after"))])
def test_stubborn_handler(
    start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger, kind: str, payloads: tuple[object, object]
) -> None:
    """A handler that ignores that its job was cancelled is given up after a grace; it holds no place of another job."""
    running = start_consumer("-n", "-k", kind, "-w", "1", JOBS_HANDLERS=IMPATIENT, JOBS_CONCURRENCY="1", JOBS_LEASE="2")
    job_id = jobs.put(payloads[0])
    begun(ledger, job_id)
    cancel(jobs, job_id)
    assert jobs.ended(job_id, timeout=4).state is State.CANCELLED
    assert "WARNING" in running.says("the handler goes on though its attempt was cancelled", job_id)
    assert jobs.run(payloads[1]).state is State.SUCCEEDED


def test_told(start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger) -> None:
    """A handler in a thread is told that its job was cancelled; what it returns then changes nothing."""
    running = start_consumer("-n", "-w", "1", JOBS_LEASE="2")
    job_id = jobs.put(Stubborn(1.5))
    begun(ledger, job_id)
    cancel(jobs, job_id)
    job = jobs.ended(job_id)
    eventually(lambda: ledger.subjects("told") == [job_id])
    running.says("the handler has ended", job_id, "Stuck: 0")
    assert jobs.find(job_id) == job


def any_claimed(jobs: Jobs, job_ids: list[str]) -> bool:
    return any(jobs.state(job_id) is not State.READY for job_id in job_ids)


def test_at_any_moment(start_consumer: StartConsumer, jobs: Jobs, kind: str) -> None:
    """A cancel that comes while a handler begins or ends leaves its worker as it was, and its job with one end."""
    running = start_consumer("-n", "-k", kind, "-w", "2")
    children = running.children
    for length_s in [0.001 * number for number in range(60)]:
        job_ids = jobs.put_all([Nap(length_s), Doze(length_s)] * 2)
        eventually(partial(any_claimed, jobs, job_ids))
        for job_id in job_ids:
            cancel(jobs, job_id)
        assert {jobs.ended(job_id).state for job_id in job_ids} <= {State.SUCCEEDED, State.CANCELLED}
    assert running.children == children
    assert running.logged("Traceback") == running.logged("died") == []


async def test_over_http(
    start_consumer: StartConsumer, redis_url: str, aiohttp_client: AiohttpClient, ledger: Ledger, kind: str
) -> None:
    """POST /v1/jobs/{id}/cancel ends a running job at once, although its consumer is full and its lease is long."""
    client = await aiohttp_client(service.create_app(settings=ServiceSettings(redis_url=redis_url, modules=MODULES)))
    start_consumer("-n", "-k", kind, "-w", "1", JOBS_CONCURRENCY="1")
    bodies = [(name, {"payload": {"seconds": 30}}) for name in ("NAP", "DOZE")]
    places = [(await client.post(f"/v1/enqueue/{name}", json=body)).headers["Location"] for name, body in bodies]
    eventually(lambda: len(ledger.subjects("start")) == 2)
    asked = [await (await client.post(f"{place}/cancel")).json() for place in places]
    assert [answer["state"] for answer in asked] == ["running"] * 2

    async def cancelled() -> bool:
        answers = [await (await client.get(place)).json() for place in places]
        return {answer["state"] for answer in answers} == {"cancelled"}

    await eventually_async(cancelled, timeout=2)
