"""Retention: nothing grows for ever."""

from datetime import timedelta
from typing import Any

from jobdefs.policy import TOMBSTONE
from jobdefs.state import State
from jobdefs.storage.contract import Effect, Outcome
from tests.support.stage import LEASE, SECOND, Stage, ending, new_job

YEAR = timedelta(days=365)


def lasting(stage: Stage) -> dict[str, Any]:
    """Return the keys that no time to live will remove, and their sizes."""
    sizes = {b"hash": stage.client.hlen, b"zset": stage.client.zcard, b"set": stage.client.scard}
    keys = [key for key in stage.client.scan_iter() if stage.client.pttl(key) < 0]
    return {key.decode().split(":", 1)[1]: sizes[stage.client.type(key)](key) for key in keys}


def live_a_life(stage: Stage, number: int) -> None:
    """Put jobs to every kind of end, with effects, revocations, values and a lost consumer."""
    outcomes = [Outcome.SUCCEEDED, Outcome.DEAD, Outcome.CANCELLED, Outcome.EXPIRED, Outcome.FAILED, Outcome.SNOOZED]
    stage.submit(*(f"{number}.{place}" for place in range(9)))
    stage.submit(f"{number}.late", delay=SECOND)
    stage.send(stage.submission.cancel(f"{number}.8", keep=SECOND))
    stage.send(stage.values.revoke(f"r:{number}", b"revoked"))
    stage.send(stage.values.count(f"n{number}", 1))
    effects = [
        Effect("chord", (f"c{number}", 0, 1, b"v", 1_000, new_job(f"{number}.callback").envelope)),
        Effect("value", (f"v{number}", b"v", 1_000)),
    ]
    claims = stage.claim(len(outcomes))
    settlements = [
        ending(claim, outcome, failures=1, delay=SECOND, result=b"1", keep_result=SECOND, effects=effects)
        for claim, outcome in zip(claims, outcomes, strict=True)
    ]
    stage.exchange(*settlements)
    stage.claim(1, holder=f"vanishing {number}")
    stage.wait(LEASE)


def test_when_all_is_over_nothing_is_left(stage: Stage) -> None:
    """After every job has ended and all retentions are over, only a few keys of fixed size remain."""
    for number in range(20):
        stage.beat(holder=f"beating {number}")
        live_a_life(stage, number)
    for _ in range(12):
        stage.beat()
        stage.tell([ending(claim) for claim in stage.claim(100)])
        stage.wait(LEASE / 4)
    stage.wait(YEAR)
    for _ in range(5):
        stage.beat()
        stage.exchange()
    assert lasting(stage) == {"meta": 3, "queues": 1, "consumers": 1, "wake:default": 1, "ledger": 8}


def test_prune_leaves_a_tombstone(stage: Stage) -> None:
    """A finished job leaves with its bookkeeping and its place in the index; a tombstone with an end remains."""
    stage.submit("a")
    stage.settle(stage.claim_one(), Outcome.DEAD, keep=SECOND)
    assert stage.state("a") is State.DEAD
    stage.wait(SECOND)
    stage.exchange()
    assert stage.state("a") is None
    assert stage.client.keys(stage.key("*:a")) == [stage.key("tombstone", "a").encode()]
    assert stage.client.get(stage.key("tombstone", "a")) == b"dead "
    assert 0 < stage.client.pttl(stage.key("tombstone", "a")) <= TOMBSTONE / timedelta(milliseconds=1)


def test_a_job_without_retention_leaves_at_once(stage: Stage) -> None:
    """A job that is kept for no time at all is gone when its settlement is accepted."""
    stage.submit("a")
    stage.settle(stage.claim_one(), keep=timedelta(0))
    assert (stage.state("a"), stage.submit("a")[0].created) == (None, False)


def test_upkeep_keeps_pace_with_settlements(stage: Stage) -> None:
    """However many jobs end, those whose retention is over leave as fast, so their number stays bounded."""
    for number in range(20):
        stage.submit(*(f"{number}.{place}" for place in range(200)))
        while claims := stage.claim(200):
            stage.tell([ending(claim, keep=SECOND) for claim in claims])
        stage.wait(SECOND)
    assert len(stage.indexes()) <= 400


def test_consumers_that_beat_no_more_are_forgotten(stage: Stage) -> None:
    """The list of consumers holds those that were heard of in the last ten leases."""
    stage.beat(holder="old")
    stage.wait(11 * LEASE)
    stage.beat(holder="new")
    assert stage.client.zrange(stage.key("consumers"), 0, -1) == [b"new"]
