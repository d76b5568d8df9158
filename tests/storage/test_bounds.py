"""Bounds: how much one call may do, however much there is to do, and what works when memory is short."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from jobdefs.errors import StoreFull
from jobdefs.state import State
from jobdefs.storage.call import Call
from jobdefs.storage.contract import Exchange, Move, Outcome, Room, Settlement, SettleVerdict
from tests.support.stage import LEASE, SECOND, Stage, ending, lease_of, new_job

MANY = 100_000
PORTION = 100
SLOWEST = timedelta(milliseconds=20)


def fill(stage: Stage, index: str, score: float, *, claimed: bool = False) -> None:
    """Put many jobs into an index, the quick way: as the scripts would have left them."""
    envelope = new_job("ID").envelope
    pipeline = stage.client.pipeline(transaction=False)
    for start in range(0, MANY, 10_000):
        ids = [f"j{number}" for number in range(start, start + 10_000)]
        pipeline.mset({stage.key("job", job_id): envelope.replace(b"ID", job_id.encode()) for job_id in ids})
        pipeline.zadd(stage.key(index), dict.fromkeys(ids, score))
        for job_id in ids if claimed else ():
            fields = {
                "state": "running",
                "token": "t",
                "queue": "default",
                "score": 5e15,
                "claimed_at_ms": 1,
                "holder": "h",
            }
            pipeline.hset(stage.key("run", job_id), mapping=fields)
        pipeline.execute()


def timed(stage: Stage, **options: Any) -> tuple[Exchange, timedelta]:
    """Exchange, and return how long the server took for the fastest of three."""
    replies, took = [], []
    for _ in range(3):
        stage.client.slowlog_reset()
        replies.append(stage.exchange(**options))
        entries = [entry for entry in stage.client.slowlog_get(10) if entry["command"].startswith(b"EVAL")]
        took.append(timedelta(microseconds=entries[0]["duration"]))
    return replies[0], min(took)


def commands(stage: Stage, *settlements: Settlement, **options: Any) -> tuple[Exchange, int]:
    """Exchange, and return how many commands the server ran for it."""
    stage.client.config_resetstat()
    reply = stage.exchange(*settlements, **options)
    return reply, sum(command["calls"] for command in stage.client.info("commandstats").values())


@pytest.fixture(autouse=True)
def watched(stage: Stage) -> Iterator[None]:
    """Let the server tell how long each command takes."""
    before = stage.client.config_get("slowlog-log-slower-than")["slowlog-log-slower-than"]
    stage.client.config_set("slowlog-log-slower-than", 0)
    yield
    stage.client.config_set("slowlog-log-slower-than", before)


def test_promotion_is_bounded(stage: Stage) -> None:
    """Of a hundred thousand jobs that are due one exchange makes a hundred ready, within 20 ms, and says so."""
    fill(stage, "scheduled:default", stage.now_ms)
    reply, took = timed(stage)
    assert stage.client.zcard(stage.key("ready", "default")) == 3 * PORTION
    assert (reply.next_due_ms, reply.more) == (stage.now_ms, True)
    assert took < SLOWEST


def test_promotion_is_bounded_over_all_queues(stage: Stage) -> None:
    """The bound holds for all queues of a consumer together, and none of them is left out for ever."""
    names = [f"q{number}" for number in range(30)]
    for name in names:
        stage.submit(*(f"{name}.{number}" for number in range(50)), queue=name, delay=SECOND)
    stage.wait(SECOND)
    for calls in range(1, 16):
        stage.exchange(queues=names)
        assert sum(stage.client.zcard(stage.key("ready", name)) for name in names) == calls * PORTION
    assert stage.exchange(queues=names).next_due_ms is None


def test_reclaiming_is_bounded(stage: Stage) -> None:
    """Of a hundred thousand leases that ended one exchange reclaims dozens, within 20 ms."""
    fill(stage, "leases", stage.now_ms, claimed=True)
    reply, took = timed(stage)
    assert (PORTION / 4 < len(reply.lost) < PORTION, reply.next_due_ms) == (True, stage.now_ms)
    assert took < SLOWEST


def test_pruning_is_bounded(stage: Stage) -> None:
    """Of a hundred thousand jobs whose retention is over one exchange removes a hundred, within 20 ms."""
    fill(stage, "final:succeeded", stage.now_ms)
    _, took = timed(stage)
    assert stage.client.zcard(stage.key("final", "succeeded")) == MANY - 3 * PORTION
    assert took < SLOWEST


def test_suspects_are_claimed_one_by_one(stage: Stage) -> None:
    """Among a hundred thousand suspects an exchange claims the one wanted, within 20 ms, and says there are more."""
    fill(stage, "suspect:default", 1)
    reply, took = timed(stage, suspects=1)
    assert (len(reply.claims), reply.more_suspects) == (1, True)
    assert took < SLOWEST


def test_a_kind_of_many_jobs_is_bounded(stage: Stage) -> None:
    """Of a hundred thousand parked jobs of one kind those wanted are claimed in 20 ms, also where few have room."""
    fill(stage, "parked:default:d:TEST_JOB", 5e15)
    stage.client.sadd(stage.key("parked_kinds"), "default:d:TEST_JOB")
    stage.send(stage.execution.announce(holder="h", abilities={"TEST_JOB": "other"}))
    reply, took = timed(stage, want=10, rooms=[Room(5, ("TEST_JOB",))])
    assert (len(reply.claims), reply.more) == (5, False)
    assert took < SLOWEST


@pytest.mark.parametrize("room", [0, 10])
def test_many_kinds_are_bounded(stage: Stage, room: int) -> None:
    """Ten thousand kinds of parked jobs do not keep an exchange busy, be they within its reach or not."""
    envelope = new_job("ID").envelope
    pipeline = stage.client.pipeline(transaction=False)
    for place in range(10_000):
        kind = f"default:d{place}:TEST_JOB"
        pipeline.set(stage.key("job", f"j{place}"), envelope.replace(b"ID", b"j%d" % place))
        pipeline.sadd(stage.key("parked_kinds"), kind)
        pipeline.zadd(stage.key("parked", kind), {f"j{place}": 5e15})
    pipeline.execute()
    stage.submit("a", name="OTHER")
    reply, number = commands(stage, want=10)
    assert ([claim.id for claim in reply.claims], number < 2 * PORTION) == (["a"], True)
    stage.send(stage.execution.announce(holder="h", abilities={"TEST_JOB": "d"}))
    reply, number = commands(stage, want=10, rooms=[Room(room, ("TEST_JOB",))])
    assert (len(reply.claims), number < 4 * PORTION) == (room, True)


def test_kinds_without_room_are_passed_over(stage: Stage) -> None:
    """An exchange looks at none of the jobs of a kind for which its consumer has no room."""
    for place in range(20):
        kind = f"default:d{place}:TEST_JOB"
        stage.client.sadd(stage.key("parked_kinds"), kind)
        stage.client.zadd(stage.key("parked", kind), {f"{place}.{each}": 5e15 for each in range(PORTION)})
    stage.send(stage.execution.announce(holder="h", abilities={"TEST_JOB": "d"}))
    reply, number = commands(stage, want=10, rooms=[Room(0, ("TEST_JOB",))])
    assert (reply.claims, number < PORTION) == ((), True)


def test_parking_many_is_bounded(stage: Stage) -> None:
    """When a hundred jobs of a kind are parked at once, a hundred consumers are asked once whether they can run it."""
    for number in range(100):
        stage.send(stage.execution.announce(holder=f"h{number}", abilities={"TEST_JOB": "d"}))
        stage.beat(holder=f"h{number}")
    stage.submit(*(f"j{number}" for number in range(PORTION)))
    settlements = [ending(claim, Outcome.PARKED, kind="d:TEST_JOB") for claim in stage.claim(PORTION)]
    _, number = commands(stage, *settlements)
    assert number < 30 * PORTION


def test_the_look_of_things_is_bounded(stage: Stage) -> None:
    """Among a hundred thousand jobs a search without hits and the counts of queues take a few milliseconds."""
    fill(stage, "ready:default", 5e15)
    stage.client.sadd(stage.key("queues"), "default")
    stage.client.slowlog_reset()
    stage.send(stage.inspection.page(state=None, queue="", name="NONE", cursor=None, limit=200))
    (counts,) = stage.send(stage.inspection.queues())
    assert counts.ready == MANY
    durations = [entry["duration"] for entry in stage.client.slowlog_get(10) if entry["command"].startswith(b"EVAL")]
    assert max(durations) < 20_000


@contextmanager
def short_of_memory(stage: Stage) -> Iterator[None]:
    """Let the server have no memory left."""
    stage.client.config_set("maxmemory", 1)
    try:
        yield
    finally:
        stage.client.config_set("maxmemory", 0)


def test_without_memory_nothing_is_taken_in(stage: Stage) -> None:
    """A full server refuses new jobs, replays and values whole, with an error of their own."""
    stage.submit("a")
    stage.send(stage.submission.cancel("a", keep=LEASE))
    before = stage.dump()
    calls: list[Call[Any]] = [
        stage.submission.submit([new_job("b"), new_job("c")]),
        stage.submission.replay("a"),
        stage.values.write("n", b"v"),
        stage.values.revoke("r:a", b"v"),
    ]
    for call in calls:
        with short_of_memory(stage), pytest.raises(StoreFull):
            stage.send(call)
    assert stage.dump() == before
    assert [receipt.created for receipt in stage.submit("b", "c")] == [True, True]


def test_without_memory_suspects_and_parked_jobs_go_on(stage: Stage) -> None:
    """A full server still sets suspects apart, parks, lets consumers announce themselves, and cancels what runs."""
    stage.submit("a", "b", "c")
    stage.lose()
    with short_of_memory(stage):
        stage.lose()
        claims = stage.claim(2, suspects=1)
        assert [(claim.id, claim.suspect) for claim in claims] == [("b", False), ("c", False), ("a", True)]
        stage.settle(claims[0], Outcome.PARKED, kind=":TEST_JOB")
        stage.send(stage.execution.announce(holder="able", abilities={"TEST_JOB": "d"}))
        assert [claim.id for claim in stage.claim(9, holder="able")] == ["b"]
        assert stage.cancel("c") == Move(True, State.RUNNING)  # noqa: FBT003
        assert stage.beat(claims[1]).cancelled == (lease_of(claims[1]),)
    assert stage.ledger() == {"enqueued": 3, "running": 3}


def test_without_memory_work_goes_on(stage: Stage) -> None:
    """A full server still lets consumers settle, beat, claim and reclaim, and people look and cancel."""
    stage.submit("a", "b", "c", "d")
    first, second = stage.claim(2)
    with short_of_memory(stage):
        reply = stage.exchange(ending(first, result=b"1"), want=1)
        assert (reply.verdicts, [claim.id for claim in reply.claims]) == ((SettleVerdict.SETTLED,), ["c"])
        assert stage.beat(second).lost == ()
        for _ in range(3):
            stage.wait(LEASE / 3)
            assert stage.beat(*reply.claims).lost == ()
        assert len(stage.exchange().lost) == 1
        assert stage.send(stage.submission.cancel("d", keep=LEASE)).done
    assert (stage.find("a").result, stage.state("b"), stage.state("d")) == (b"1", State.READY, State.CANCELLED)
