"""Unique until started: a key is held until an attempt has begun, however often the job was handed out before."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from jobdefs.state import State
from jobdefs.storage.contract import Claim, NewJob, Outcome, SubmitVerdict
from jobdefs.storage.upkeep import UpkeepCalls
from jobdefs.unique import UniqueLock, Until
from tests.support.stage import LEASE, NAMESPACE, Stage, new_job

CREATED, DUPLICATE = SubmitVerdict.CREATED, SubmitVerdict.DUPLICATE


def job(job_id: str) -> NewJob:
    return new_job(job_id, lock=UniqueLock(key="k", until=Until.STARTED))


def put(stage: Stage, job_id: str) -> SubmitVerdict:
    (receipt,) = stage.submit_all([job(job_id)])
    return receipt.verdict


def key(stage: Stage) -> bytes | None:
    found: bytes | None = stage.client.get(stage.key("unique", "TEST_JOB", "k"))
    return found


def test_handed_back_before_it_began(stage: Stage) -> None:
    """A job that was claimed ahead and handed back keeps others out as before, however often that happens."""
    put(stage, "a")
    for _ in range(3):
        stage.settle(stage.claim_one(), Outcome.RELEASED)
        assert put(stage, "b") is DUPLICATE
    assert [claim.id for claim in stage.claim(9)] == ["a"]


def test_handed_back_when_another_has_the_key(stage: Stage) -> None:
    """Whoever took the key while a job was claimed keeps it when that one is handed back, runs and ends."""
    put(stage, "a")
    claim = stage.claim_one()
    assert put(stage, "b") is CREATED
    stage.settle(claim, Outcome.RELEASED)
    for outcome in (Outcome.FAILED, Outcome.SUCCEEDED):
        claim = stage.claim_one()
        assert (claim.id, put(stage, "c"), key(stage)) == ("a", DUPLICATE, b"started b")
        # A retry comes behind the others of its priority.
        stage.client.zadd(stage.key("ready", "default"), {"b": 2**53 - 1})
        stage.settle(claim, outcome)
    assert key(stage) == b"started b"


def fail(stage: Stage, claim: Claim) -> None:
    stage.settle(claim, Outcome.FAILED, failures=1)


def snooze(stage: Stage, claim: Claim) -> None:
    stage.settle(claim, Outcome.SNOOZED, delay=timedelta(hours=1))


def succeed(stage: Stage, claim: Claim) -> None:
    stage.settle(claim)


def vanish(stage: Stage, claim: Claim) -> None:
    del claim
    stage.wait(LEASE)
    stage.exchange()


@pytest.mark.parametrize("end", [fail, snooze, succeed, vanish])
def test_an_attempt_that_began_frees_the_key(stage: Stage, end: Callable[[Stage, Claim], None]) -> None:
    """After an attempt that ended in any way, or was lost, the job does not hold the key, though it waits again."""
    put(stage, "a")
    end(stage, stage.claim_one())
    assert key(stage) is None
    assert put(stage, "b") is CREATED


@pytest.mark.parametrize("outcome", [Outcome.RELEASED, Outcome.FAILED])
def test_the_sweep_leaves_the_key_of_a_running_job(stage: Stage, outcome: Outcome) -> None:
    """The key of a job that runs is no fault, since the job may be handed back."""
    put(stage, "a")
    claim = stage.claim_one()
    assert stage.send(UpkeepCalls(NAMESPACE, LEASE, lambda: stage.now_ms).sweep()).repairs == ()
    assert stage.state("a") is State.RUNNING
    stage.settle(claim, outcome, failures=1)
    assert put(stage, "b") is (DUPLICATE if outcome is Outcome.RELEASED else CREATED)
