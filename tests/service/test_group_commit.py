"""Enqueues at the same moment: one call for all of them, and a verdict for each."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import attrs
import pytest

from jobdefs import Catalog, define, definition_of, load_catalog
from jobdefs.errors import DuplicateJob, IdempotencyConflict, InvalidPayload, NotDurable, StoreCorrupt, StoreUnavailable
from jobdefs.storage.drivers import AsyncStore
from service import EnqueueReceipt, EnqueueRequest, QueueService
from service.group_commit import CALLS_AT_ONCE
from tests.service.conftest import Client
from tests.support.servers import RealServer, running
from tests.support.waiting import turn

PAYLOAD = {"message": "hello"}
BODY = {"payload": PAYLOAD}


@define("ELSEWHERE", queue="elsewhere")
@attrs.frozen
class Elsewhere:
    pass


@pytest.fixture
def always() -> Iterator[RealServer]:
    with running("valkey", "--appendonly", "yes", "--appendfsync", "always") as server:
        yield server


@pytest.fixture
async def safe(always: RealServer) -> AsyncIterator[QueueService]:
    """A QueueService on a server that forces each write to its disk."""
    async with AsyncStore(always.url) as store:
        queue = QueueService(load_catalog(), store)
        await queue.check()
        yield queue


@pytest.fixture
async def met(queue: QueueService) -> QueueService:
    """A QueueService that has met its server."""
    await queue.check()
    return queue


def calls(server: RealServer, command: str) -> int:
    with server.client() as admin:
        stats: Any = admin.info("commandstats")
    return int(stats.get(f"cmdstat_{command}", {"calls": 0})["calls"])


async def together(queue: QueueService, *options: Any, **common: Any) -> list[Any]:
    enqueues = (queue.enqueue("TEST_JOB", PAYLOAD, **one, **common) for one in options)
    return await asyncio.gather(*enqueues, return_exceptions=True)


async def test_one_call_for_a_moment(met: QueueService, valkey_server: RealServer):
    """A hundred enqueues at the same moment are one call, and each gets the receipt of its own job."""
    ids = [f"job-{number}" for number in range(100)]
    before = calls(valkey_server, "evalsha")
    receipts = await together(met, *({"id": job_id} for job_id in ids))
    assert calls(valkey_server, "evalsha") - before == 1
    assert [receipt.id for receipt in receipts] == ids
    assert [counts.ready for counts in await met.queues()] == [100]


async def test_few_calls_for_many_connections(client: Client, valkey_server: RealServer):
    """Fifty POSTs at once are far fewer calls."""
    assert (await client.post("/v1/enqueue/TEST_JOB", json=BODY)).status == 202
    before = calls(valkey_server, "evalsha")
    responses = await asyncio.gather(*(client.post("/v1/enqueue/TEST_JOB", json=BODY) for _ in range(50)))
    assert {response.status for response in responses} == {202}
    assert len({response.headers["Location"] for response in responses}) == 50
    assert calls(valkey_server, "evalsha") - before <= 25


async def test_bounded_calls(met: QueueService, valkey_server: RealServer):
    """However many come at once, a call has at most 128 jobs, and at most a mebibyte of them if it has several."""
    before = calls(valkey_server, "evalsha")
    await together(met, *({} for _ in range(300)))
    assert calls(valkey_server, "evalsha") - before == 3
    big = {"message": "x" * 1_000, "number": 1}
    assert len(await met.enqueue_many([EnqueueRequest("TEST_JOB", big)] * 1_000)) == 1_000
    assert calls(valkey_server, "evalsha") - before == 4


async def test_a_verdict_for_each(met: QueueService):
    """A bad, a repeated, a different and a duplicate enqueue get their own answers among others of the same moment."""
    await met.enqueue("TEST_JOB", PAYLOAD, id="a", unique_key="k")
    outcomes: Any = await asyncio.gather(
        met.enqueue("TEST_JOB", PAYLOAD),
        met.enqueue("TEST_JOB", {"message": ""}),
        met.enqueue("TEST_JOB", PAYLOAD, id="a", unique_key="k"),
        met.enqueue("TEST_JOB", {"message": "other"}, id="a"),
        met.enqueue("TEST_JOB", PAYLOAD, unique_key="k"),
        met.enqueue("TEST_JOB", PAYLOAD, unique_key="k", on_conflict="error"),
        return_exceptions=True,
    )
    good, bad, same, different, existing, duplicate = outcomes
    assert [type(one) for one in (bad, different, duplicate)] == [InvalidPayload, IdempotencyConflict, DuplicateJob]
    assert (good.created, same.created, existing.created) == (True, False, False)
    assert (same.id, existing.id, duplicate.job_id) == ("a", "a", "a")


async def test_one_spoils_nothing(redis_url: str, valkey_server: RealServer, store: AsyncStore):
    """A job that makes its call fail, here by an index of a strange type, fails alone."""
    definitions = [*load_catalog(), definition_of(Elsewhere)]
    queue = QueueService(Catalog(tuple(one for one in definitions if one)), store)
    with valkey_server.client() as admin:
        admin.set("{jobs}:ready:elsewhere", "strange")
    outcomes = await asyncio.gather(
        *(queue.enqueue("TEST_JOB", PAYLOAD) for _ in range(5)),
        queue.enqueue(Elsewhere()),
        *(queue.enqueue("TEST_JOB", PAYLOAD) for _ in range(5)),
        return_exceptions=True,
    )
    assert [type(one) for one in outcomes] == [*[EnqueueReceipt] * 5, StoreCorrupt, *[EnqueueReceipt] * 5]


async def test_a_cancelled_one_leaves_the_others_alone(met: QueueService):
    """Enqueues that are cancelled before or while their call is on its way stop none that share it."""
    tasks = [asyncio.create_task(met.enqueue("TEST_JOB", PAYLOAD)) for _ in range(30)]
    await turn()
    for task in tasks[::3]:
        task.cancel()
    await turn()
    for task in tasks[1::3]:
        task.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(one, EnqueueReceipt) for one in outcomes[2::3])
    assert all(isinstance(one, asyncio.CancelledError) for one in outcomes[::3])
    (counts,) = await met.queues()
    assert 10 <= counts.ready <= 20


async def test_errors_of_their_own(met: QueueService, valkey_server: RealServer):
    """While the store hangs, each enqueue of a moment gets the error within a second, as an object of its own."""
    loop = asyncio.get_running_loop()
    with valkey_server.frozen():
        began = loop.time()
        errors = await together(met, *({} for _ in range(200)))
        assert 0.9 <= loop.time() - began <= 1.5
    assert {type(error) for error in errors} == {StoreUnavailable}
    assert len({id(error) for error in errors}) == 200


async def test_one_confirmation_for_many(safe: QueueService, always: RealServer):
    """A hundred enqueues at the same moment wait for the disk once, and each receipt says disk."""
    before = calls(always, "waitaof")
    receipts = await together(safe, *({} for _ in range(100)), durability="disk")
    assert {receipt.durability for receipt in receipts} == {"disk"}
    assert calls(always, "waitaof") - before == 1


async def test_levels_do_not_mix(safe: QueueService):
    """Enqueues of several levels at the same moment are each confirmed at their own."""
    levels = ["disk", "replica:1", "memory", "disk", "replica:2"]
    outcomes = await together(safe, *({"durability": level} for level in levels))
    assert [type(one) for one in outcomes] == [EnqueueReceipt, NotDurable, EnqueueReceipt, EnqueueReceipt, NotDurable]
    assert ["of 1" in str(outcomes[1]), "of 2" in str(outcomes[4])] == [True, True]


async def test_what_comes_meanwhile_goes_with_the_next(met: QueueService, valkey_server: RealServer):
    """While a few calls are on their way, enqueues that come one after another wait, and share the next one."""
    before = calls(valkey_server, "evalsha")
    tasks = []
    with valkey_server.frozen():
        for _ in range(100):
            tasks.append(asyncio.create_task(met.enqueue("TEST_JOB", PAYLOAD)))
            await turn()
    assert all(receipt.created for receipt in await asyncio.gather(*tasks))
    assert calls(valkey_server, "evalsha") - before == CALLS_AT_ONCE + 1
