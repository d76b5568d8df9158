"""Reclaiming: what happens to the jobs of a consumer that vanished, and to those of one that only seemed to."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from jobdefs.state import State
from jobdefs.storage.contract import Claim, Lease, LostLease, Outcome, SettleVerdict
from jobdefs.storage.execution import ExecutionCalls
from jobdefs.unique import UniqueLock, Until
from tests.support.stage import HOUR, LEASE, MILLISECOND, NAMESPACE, SECOND, START_MS, Stage, lease_of, new_job

BEAT = LEASE / 4


def moments(stage: Stage, duration: timedelta, step: timedelta) -> Iterator[None]:
    """Let time pass in steps."""
    end = stage.now_ms + duration // MILLISECOND
    while stage.now_ms < end:
        stage.wait(step)
        yield


def test_a_lone_idle_consumer_reclaims(stage: Stage) -> None:
    """A dead peer's job is run by a consumer that was idle all the time, at the latest two leases after its claim."""
    stage.beat(holder="dead")
    stage.submit("a")
    stage.claim_one(holder="dead")
    claims: list[Claim] = []
    for _ in moments(stage, 2 * LEASE, BEAT):
        stage.beat(*claims, holder="idle")
        claims += stage.claim(5, holder="idle")
    assert [(claim.id, claim.lost, claim.failures) for claim in claims] == [("a", 1, 0)]


def test_reclaiming_needs_no_beat_at_all(stage: Stage) -> None:
    """Where nobody has ever beaten, a lease that ended is reclaimed by the next exchange, not a millisecond before."""
    stage.submit("a")
    stage.claim_one(holder="dead")
    stage.wait(LEASE - MILLISECOND)
    assert stage.claim() == ()
    stage.wait(MILLISECOND)
    reply = stage.exchange(want=1)
    assert (len(reply.lost), [claim.lost for claim in reply.claims]) == (1, [1])


def test_a_beat_keeps_a_lease(stage: Stage) -> None:
    """A consumer that beats keeps its jobs however long they run, and may settle them."""
    stage.submit("a")
    claim = stage.claim_one()
    for _ in moments(stage, 10 * LEASE, BEAT):
        assert stage.beat(claim).lost == ()
        assert stage.claim(holder="other") == ()
    assert stage.settle(claim) is SettleVerdict.SETTLED


def test_a_beat_names_what_was_lost(stage: Stage) -> None:
    """A beat extends the leases that are still the caller's, and names the jobs that are not."""
    stage.submit("mine", "settled", "stolen")
    mine, settled, stolen = stage.claim(3)
    stage.settle(settled)
    stage.wait(LEASE - SECOND)
    stage.beat(mine, holder="h")
    stage.wait(SECOND)
    stage.claim(1, holder="thief")
    gone = Claim(id="none", queue="default", token="t", envelope=b"", failures=0, lost=0, generation=0, claimed_at_ms=0)
    assert stage.beat(mine, settled, stolen, gone).lost == (lease_of(settled), lease_of(stolen), Lease("none", "t"))


def test_a_reclaimed_job_belongs_to_its_new_holder(stage: Stage) -> None:
    """Whoever lost a lease can neither settle the job nor keep its lease; it stands in its old place in the queue."""
    stage.submit("a", "b")
    lost = stage.claim_one(holder="frozen")
    stage.wait(LEASE)
    first, second = stage.claim(2)
    assert [first.id, second.id] == ["a", "b"]
    assert stage.settle(lost, Outcome.DEAD) is SettleVerdict.STALE
    assert stage.beat(lost, first).lost == (lease_of(lost),)
    assert stage.settle(first) is SettleVerdict.SETTLED


@pytest.mark.parametrize("first", ["beat", "exchange"])
def test_a_store_that_was_away_grants_grace(stage: Stage, first: str) -> None:
    """If the store heard nobody for half a lease, it reclaims nothing for one lease, so the living can speak first."""
    stage.submit("living", "orphaned")
    living, _ = stage.claim(2)
    stage.beat(living)
    stage.wait(3 * LEASE)
    if first == "exchange":
        assert stage.exchange(want=1, holder="idle").lost == ()
    stage.beat(holder="idle")
    for _ in moments(stage, LEASE - SECOND, SECOND):
        stage.beat(holder="idle")
        assert stage.exchange(want=1, holder="idle").lost == ()
    stage.beat(living)
    stage.wait(SECOND)
    assert [claim.id for claim in stage.claim(5, holder="idle")] == ["orphaned"]
    assert stage.settle(living) is SettleVerdict.SETTLED


def test_grace_ends_for_a_lone_idle_consumer(stage: Stage) -> None:
    """Grace is measured by beats: a lone consumer that finds nothing to do does not postpone reclaiming for ever."""
    stage.submit("a")
    stage.claim_one(holder="dead")
    stage.beat(holder="dead")
    stage.wait(10 * LEASE)
    reclaimed_after: list[timedelta] = []
    began = stage.now_ms
    for _ in moments(stage, 3 * LEASE, BEAT):
        stage.beat(holder="idle")
        if stage.exchange(holder="idle").lost:
            reclaimed_after.append((stage.now_ms - began) * MILLISECOND)
    assert reclaimed_after == [LEASE + BEAT]


def test_nobody_polls_for_leases_in_a_time_of_grace(stage: Stage) -> None:
    """In a time of grace the next moment to look is its end, not that of leases that ended long ago."""
    stage.beat()
    stage.submit("a")
    stage.claim_one(holder="dead")
    stage.wait(3 * LEASE)
    stage.beat()
    assert stage.exchange().next_due_ms == stage.now_ms + LEASE // MILLISECOND


def test_a_loss_is_told(stage: Stage) -> None:
    """The history tells when an attempt that was lost began, when it was reclaimed, and who had it."""
    stage.submit("a")
    stage.wait(SECOND)
    stage.claim_one(holder="dead")
    stage.wait(LEASE)
    stage.exchange()
    events = [(event.name, event.at_ms - START_MS, event.attempt, event.detail) for event in stage.find("a").events]
    assert events == [("enqueued", 0, 0, ""), ("running", 1_000, 1, ""), ("lost", 31_000, 1, "dead")]


def test_reclaiming_wakes_consumers_of_other_queues(stage: Stage) -> None:
    """A job is reclaimed by any consumer, also by one that does not serve its queue; those who do are woken."""
    stage.submit("a", queue="mail")
    stage.claim_one(queues=["mail"], holder="dead")
    stage.client.delete(stage.key("wake", "mail"))
    stage.wait(LEASE)
    stage.exchange(queues=["other"])
    assert stage.state("a") is State.READY
    assert stage.client.zscore(stage.key("wake", "mail"), "now") == 0


def test_a_clock_that_steps_back_does_not_stop_reclaiming(stage: Stage) -> None:
    """A time of grace that ends further ahead than a lease was told by another clock, and is none."""
    stage.beat()
    stage.wait(LEASE)
    stage.beat()
    stage.wait(-HOUR)
    stage.submit("a")
    stage.claim_one(holder="dead")
    for _ in moments(stage, LEASE, BEAT):
        stage.beat(holder="idle")
    reply = stage.exchange(holder="idle")
    assert [lease.id for lease in reply.lost] == ["a"]


def test_a_beat_ahead_of_the_clock_stops_nothing(stage: Stage) -> None:
    """A last beat that lies in the future does not count as silence, nor is the end of a lease told for later."""
    stage.client.hset(stage.key("meta"), mapping={"beat_at_ms": START_MS + 10**7, "grace_until_ms": START_MS + 10**7})
    stage.submit("a")
    stage.claim_one(holder="dead")
    assert stage.exchange().next_due_ms == START_MS + LEASE // MILLISECOND
    stage.wait(LEASE)
    assert [lease.id for lease in stage.exchange().lost] == ["a"]


def test_a_claim_that_its_holder_never_heard_of_costs_nothing(stage: Stage) -> None:
    """Where the replies to a consumer get lost, its claims end after two leases, however often it asks; it still beats.

    No attempt is counted, and a unique key that is held until the job begins is held again.
    """
    stage.send(stage.execution.announce(holder="deaf", abilities={"TEST_JOB": "d"}))
    stage.submit_all([new_job("a", lock=UniqueLock(key="k", until=Until.STARTED))])
    assert [claim.id for claim in stage.claim(token="t", holder="deaf")] == ["a"]
    lost: list[LostLease] = []
    for _ in moments(stage, 2 * LEASE, BEAT):
        stage.beat(holder="deaf")
        assert stage.state("a") is State.RUNNING
        lost += stage.exchange(want=1, token="t", holder="deaf", again=True).lost
    assert [(lease.id, lease.holder, lease.released) for lease in lost] == [("a", "deaf", True)]
    job = stage.find("a")
    assert (job.state, job.failures, job.lost, job.events[-1].name) == (State.READY, 0, 0, "released")
    assert stage.client.hget(stage.key("run", "a"), "suspicion") is None
    assert stage.submit_all([new_job("b", lock=UniqueLock(key="k"))])[0].id == "a"


def test_a_holder_of_short_leases_is_lost_by_its_own_measure(stage: Stage) -> None:
    """A consumer whose leases are short has vanished after one of them, also for those whose own are long."""
    short = ExecutionCalls(NAMESPACE, 2 * SECOND, lambda: stage.now_ms)
    stage.send(short.announce(holder="dead", abilities={"TEST_JOB": "d"}))
    stage.send(short.beat(holder="dead", held=[]))
    stage.submit("a")
    stage.send(short.exchange(queues=["default"], want=1, token="t", holder="dead"))
    stage.wait(2 * SECOND)
    assert [lease.released for lease in stage.exchange().lost] == [False]
    assert stage.find("a").lost == 1
