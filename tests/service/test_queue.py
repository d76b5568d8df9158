"""QueueService, as an application uses it."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any

import attrs
import pytest

from jobdefs import Catalog, TestJob, define, definition_of, load_catalog
from jobdefs.clock import to_epoch_ms
from jobdefs.errors import (
    InvalidOption,
    InvalidPayload,
    JobNotFound,
    JobsError,
    StoreUnavailable,
    StoreUnsuitable,
    TooLarge,
    UnknownJob,
    WrongState,
)
from jobdefs.policy import Retention
from jobdefs.state import State
from jobdefs.storage import keys
from jobdefs.storage.contract import Outcome
from jobdefs.storage.drivers import AsyncStore
from service import EnqueueReceipt, EnqueueRequest, QueueService
from tests.support import version_one
from tests.support.servers import RealServer
from tests.support.waiting import eventually_async

PAYLOAD = {"message": "hello"}


@define("KEEP_SHORT", queue="mail", priority=4, retention=Retention(cancelled=timedelta(seconds=50)))
@attrs.frozen
class KeepShort:
    note: str = ""


async def test_by_name(queue: QueueService):
    """A job is enqueued by its name and a mapping; the receipt tells what became of it."""
    receipt = await queue.enqueue("TEST_JOB", MappingProxyType(PAYLOAD))
    assert receipt == EnqueueReceipt(
        id=receipt.id, name="TEST_JOB", queue="default", state=State.READY, created=True, durability="memory"
    )
    assert (await queue.get(receipt.id)).state is State.READY


async def test_by_object(queue: QueueService):
    """A job is enqueued by its payload object, with the same record."""
    by_name = await queue.enqueue("TEST_JOB", {"message": "hello", "number": 2})
    by_object = await queue.enqueue(TestJob(message="hello", number=2))
    first, second = (await queue.get(by_name.id)).envelope, (await queue.get(by_object.id)).envelope
    assert first is not None
    assert second is not None
    assert first.payload == second.payload == b'{"message":"hello","number":2}'


@pytest.mark.parametrize("payload", [TestJob(message="hello"), {"message": "hello"}, MappingProxyType(PAYLOAD)])
async def test_no_options_are_the_defaults(payload: Any, queue: QueueService):
    """A job without options is kept as one whose options say what its definition says."""
    named = (payload,) if isinstance(payload, TestJob) else ("TEST_JOB", payload)
    plain, told = await queue.enqueue(*named), await queue.enqueue(*named, priority=0, delay=timedelta(0))
    first, second = await queue.get(plain.id), await queue.get(told.id)
    assert first.envelope is not None
    assert second.envelope is not None
    written = attrs.evolve(first.envelope, id=told.id, enqueued_at_ms=second.envelope.enqueued_at_ms)
    assert (written, first.state) == (second.envelope, second.state)
    assert attrs.evolve(plain, id=told.id) == told


async def test_definition_decides(store: AsyncStore):
    """Queue, priority and retention come from the definition."""
    definition = definition_of(KeepShort)
    assert definition is not None
    queue = QueueService(Catalog((definition,)), store)
    receipt = await queue.enqueue(KeepShort(), id="a")
    assert (receipt.queue, (await queue.get("a")).priority) == ("mail", 4)
    assert await queue.cancel("a") is State.CANCELLED


async def test_run_at(queue: QueueService):
    """A moment of any time zone is when the job is due."""
    moment = datetime(2031, 1, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    await queue.enqueue("TEST_JOB", PAYLOAD, run_at=moment, id="a")
    assert (await queue.get("a")).due_at_ms == to_epoch_ms(moment)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"delay": timedelta(seconds=-1)}, "delay: must be at least 0 and at most 3,650 days."),
        ({"delay": 5}, "delay: is 5, and must be a timedelta, for example timedelta(seconds=30)."),
        ({"delay": timedelta(days=3651)}, "delay: must be at least 0 and at most 3,650 days."),
        ({"expires_in": timedelta(0)}, "expires_in: must be more than 0 and at most 3,650 days."),
        ({"run_at": datetime(2031, 1, 1)}, "run_at: needs a time zone, for example 2030-01-01T12:00:00Z."),  # noqa: DTZ001
        ({"run_at": "2030"}, "run_at: is '2030', and must be a datetime with a time zone."),
        ({"run_at": datetime(2099, 1, 1, tzinfo=UTC)}, "run_at: must be at most 3,650 days ahead."),
        ({"priority": -1}, "priority: must be an integer from 0 to 9."),
        ({"priority": 10}, "priority: must be an integer from 0 to 9."),
        ({"priority": True}, "priority: must be an integer from 0 to 9."),
        ({"attempts": 0}, "attempts: must be an integer from 1 to 9999."),
        ({"id": ""}, "id: must start with a letter or digit and have at most 64 of A-Z a-z 0-9 _ . : -."),
        ({"id": "x" * 65}, "id: must start with a letter or digit and have at most 64 of A-Z a-z 0-9 _ . : -."),
    ],
)
async def test_options(queue: QueueService, options: dict[str, Any], message: str):
    """An option out of range raises InvalidOption that names it."""
    with pytest.raises(InvalidOption) as caught:
        await queue.enqueue("TEST_JOB", PAYLOAD, **options)
    assert str(caught.value) == message
    assert await queue.queues() == ()


async def test_option_that_is_none(queue: QueueService):
    """An option that does not exist is refused with those that do, and stops no other request."""
    first, second = await queue.enqueue_many(
        [EnqueueRequest("TEST_JOB", PAYLOAD, {"prio": 5}), EnqueueRequest("TEST_JOB", PAYLOAD)]  # type: ignore[typeddict-unknown-key]
    )
    assert isinstance(second, EnqueueReceipt)
    assert str(first).startswith("prio: is no option; there are delay, run_at, priority, ")
    with pytest.raises(InvalidOption, match=r"^job: an EnqueueRequest has a payload and options of its own"):
        await queue.enqueue(EnqueueRequest("TEST_JOB", PAYLOAD), delay=timedelta(1))


async def test_refusals(queue: QueueService):
    """What cannot be enqueued raises a typed error."""
    with pytest.raises(UnknownJob, match=r"No job is named 'TEST_JOBS'\. Did you mean TEST_JOB\?") as unknown:
        await queue.enqueue("TEST_JOBS", {})
    assert unknown.value.matches == ("TEST_JOB",)
    with pytest.raises(UnknownJob, match="KEEP_SHORT"):
        await queue.enqueue(KeepShort())
    with pytest.raises(InvalidPayload) as invalid:
        await queue.enqueue("TEST_JOB", {"number": "1", "colour": "red"})
    assert [fault.path for fault in invalid.value.faults] == ["$.message", "$.number", "$.colour"]
    with pytest.raises(InvalidPayload, match="must have at least 1 character"):
        await queue.enqueue(TestJob(message=""))


@pytest.mark.parametrize("job", [{"message": "hello"}, None, b"TEST_JOB", Retention()])
async def test_neither_name_nor_payload_object(queue: QueueService, job: Any):
    """What is neither a job's name nor a payload object is refused with what enqueue takes."""
    with pytest.raises(InvalidOption, match=r"^job: enqueue takes a name and a payload, or .*; this is a \w+\.$"):
        await queue.enqueue(job)


async def test_too_large(store: AsyncStore):
    """A payload over 256 KiB raises TooLarge."""
    definition = definition_of(KeepShort)
    assert definition is not None
    with pytest.raises(TooLarge, match=r"The payload has 262,155 bytes; the limit is 262,144\."):
        await QueueService(Catalog((definition,)), store).enqueue(KeepShort(note="x" * 256 * 1024))


async def test_many(queue: QueueService):
    """Each of many requests gets a receipt or its error, in their order."""
    requests = [
        EnqueueRequest("TEST_JOB", PAYLOAD, options={"id": "a"}),
        EnqueueRequest("NOBODY", {}),
        EnqueueRequest(TestJob(message="hello"), options={"priority": 11}),
        EnqueueRequest(TestJob(message="hello")),
    ]
    verdicts = await queue.enqueue_many(requests)
    assert [type(verdict) for verdict in verdicts] == [EnqueueReceipt, UnknownJob, InvalidOption, EnqueueReceipt]
    assert await queue.enqueue_many([]) == []
    with pytest.raises(InvalidOption, match="at most 10,000 can be enqueued at once, these are 10,001"):
        await queue.enqueue_many([requests[0]] * 10_001)


async def test_moves(queue: QueueService, run_next: Callable[..., Any]):
    """Cancel and replay raise JobNotFound or WrongState where they cannot be done."""
    await queue.enqueue("TEST_JOB", PAYLOAD, id="a")
    await run_next(Outcome.SUCCEEDED)
    with pytest.raises(WrongState, match="Job a is succeeded; cancel works only while it is scheduled or ready"):
        await queue.cancel("a")
    with pytest.raises(
        WrongState, match="Job a is succeeded; replay works only while it is dead or cancelled or"
    ) as caught:
        await queue.replay("a")
    assert caught.value.state == "succeeded"
    for move in (queue.get, queue.cancel, queue.replay):
        with pytest.raises(JobNotFound, match="No job has the id 'b'"):
            await move("b")


async def test_newer_key_space(redis_url: str, valkey_server: RealServer, queue: QueueService):
    """A key space of a newer version is refused, whatever is asked."""
    with valkey_server.client() as client:
        client.hset(keys.meta("jobs"), mapping={"schema": keys.SCHEMA + 1, "epoch": secrets.token_hex(16)})
    with pytest.raises(
        StoreUnsuitable, match=r"has version 3 of the key space, and this program knows none above 2; upgrade"
    ):
        await queue.enqueue("TEST_JOB", PAYLOAD)


async def is_carried_over(queue: QueueService) -> bool:
    return not queue.carries_over


async def test_older_key_space(
    redis_url: str, valkey_server: RealServer, queue: QueueService, monkeypatch: pytest.MonkeyPatch
):
    """What an older version left is carried over; who cannot wait for it is told so, and that it takes a moment."""
    monkeypatch.setattr("service.carrier._PATIENCE_S", 0)
    with valkey_server.client() as client:
        version_one.write(client, "jobs")
    with pytest.raises(StoreUnavailable, match="was left by an older version and is being carried over to this one"):
        await queue.enqueue("TEST_JOB", PAYLOAD)
    await eventually_async(lambda: is_carried_over(queue))
    assert (await queue.enqueue("TEST_JOB", PAYLOAD)).created
    assert (await queue.ledger()).faults == ()


async def test_unreachable():
    """Where no server is, the error says which address was tried; for many, each request gets it."""
    async with AsyncStore("redis://:pa55@127.0.0.1:1/0") as nowhere:
        queue = QueueService(load_catalog(), nowhere)
        with pytest.raises(StoreUnavailable, match=r"The server at redis://:\*\*\*@127.0.0.1:1/0 cannot be reached"):
            await queue.check()
        verdicts = await queue.enqueue_many([EnqueueRequest("TEST_JOB", PAYLOAD)] * 3)
    assert [type(verdict) for verdict in verdicts] == [StoreUnavailable] * 3


async def typed_calls(queue: QueueService) -> None:
    """What type checkers accept and refuse: an unused ignore is an error, too."""
    await queue.enqueue("TEST_JOB", PAYLOAD, priority=3)
    await queue.enqueue(TestJob(message="x"), delay=timedelta(seconds=1))
    await queue.enqueue(EnqueueRequest("TEST_JOB", PAYLOAD))
    await queue.enqueue("TEST_JOB")  # type: ignore[call-overload]
    await queue.enqueue(5, PAYLOAD)  # type: ignore[call-overload]
    await queue.enqueue(TestJob(message="x"), PAYLOAD)  # type: ignore[call-overload]
    await queue.enqueue("TEST_JOB", PAYLOAD, colour="red")  # type: ignore[call-overload]
    await queue.enqueue("TEST_JOB", PAYLOAD, delay=5)  # type: ignore[call-overload]


async def test_nonsense_fails_at_once(queue: QueueService):
    """What no type checker would accept raises, too."""
    nonsense: Any = queue
    with pytest.raises(InvalidOption, match="colour: is no option"):
        await nonsense.enqueue("TEST_JOB", PAYLOAD, colour="red")
    with pytest.raises(JobsError, match=r"expected an object, got null"):
        await nonsense.enqueue("TEST_JOB")
    with pytest.raises(JobsError, match="goes with a job's name"):
        await nonsense.enqueue(TestJob(message="x"), PAYLOAD)
