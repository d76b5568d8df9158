"""Settlements: how an attempt ends."""

from datetime import timedelta

import pytest

from jobdefs.record import JobError
from jobdefs.state import State
from jobdefs.storage.contract import Outcome, SettleVerdict
from tests.support.stage import MILLISECOND, SECOND, START_MS, Stage, ending

HOUR = timedelta(hours=1)
HOUR_MS = 3_600_000


@pytest.mark.parametrize("outcome", [Outcome.SUCCEEDED, Outcome.DEAD, Outcome.CANCELLED, Outcome.EXPIRED])
def test_an_end_is_kept_for_its_retention(stage: Stage, outcome: Outcome) -> None:
    """A final outcome leads to the state of its name, with result and error, just until its retention ends."""
    stage.submit("a")
    error = b'{"type":"E","message":"m","traceback":"t"}'
    assert stage.settle(stage.claim_one(), outcome, keep=HOUR, result=b"[1]", error=error) is SettleVerdict.SETTLED
    record = stage.find("a")
    assert (record.state.value, record.finished_at_ms) == (outcome.value, START_MS)
    assert (record.result, record.error) == (b"[1]", JobError("E", "m", "t"))
    assert stage.indexes() == {"a": [outcome.value]}
    stage.wait(HOUR - MILLISECOND)
    stage.exchange()
    assert stage.state("a") == record.state
    stage.wait(MILLISECOND)
    stage.exchange()
    assert (stage.state("a"), stage.indexes()) == (None, {})


@pytest.mark.parametrize("delay", [SECOND, MILLISECOND])
def test_a_failure_waits_for_its_delay(stage: Stage, delay: timedelta) -> None:
    """A failed attempt is counted; the job is scheduled, ready at its time and never early, with its last error."""
    stage.submit("a")
    stage.settle(stage.claim_one(), Outcome.FAILED, failures=1, delay=delay, error=b'{"type":"E","message":"m"}')
    record = stage.find("a")
    assert (record.state, record.failures, record.due_at_ms) == (State.SCHEDULED, 1, START_MS + delay // MILLISECOND)
    assert (record.error, record.holder, record.claimed_at_ms) == (JobError("E", "m"), "", None)
    stage.wait(delay - MILLISECOND)
    assert stage.claim() == ()
    stage.wait(MILLISECOND)
    stage.exchange()
    assert (stage.state("a"), stage.ledger()) == (State.READY, {"enqueued": 1, "ready": 1})
    assert stage.claim_one().failures == 1


def test_a_failure_without_delay_goes_behind_the_others(stage: Stage) -> None:
    """A job that is tried again at once waits behind those of its priority, and before those of lower ones."""
    stage.submit("a", "b", priority=5)
    stage.submit("low")
    stage.settle(stage.claim_one(), Outcome.FAILED, failures=1)
    assert [claim.id for claim in stage.claim(9)] == ["b", "a", "low"]


def test_a_snooze_does_not_count(stage: Stage) -> None:
    """A snoozed job is scheduled and has no failure more than before."""
    stage.submit("a")
    stage.settle(stage.claim_one(), Outcome.SNOOZED, delay=SECOND)
    assert (stage.find("a").state, stage.find("a").failures) == (State.SCHEDULED, 0)
    stage.wait(SECOND)
    assert stage.claim_one().failures == 0


def test_a_released_job_goes_back_to_its_place(stage: Stage) -> None:
    """A job that is handed back is claimed before those that stood behind it, and nothing is counted."""
    stage.submit("a", "b", "c")
    first, second = stage.claim(2)
    stage.exchange(ending(second, Outcome.RELEASED), ending(first, Outcome.RELEASED))
    claims = stage.claim(9)
    assert [(claim.id, claim.failures, claim.lost) for claim in claims] == [("a", 0, 0), ("b", 0, 0), ("c", 0, 0)]


def test_a_parked_job_keeps_its_bytes_and_the_reason(stage: Stage) -> None:
    """A parked job is in no queue and does not leave with time; its bytes and the reason are shown."""
    stage.submit("a")
    claim = stage.claim_one()
    stage.settle(claim, Outcome.PARKED, keep=timedelta(0), detail="nobody knows TEST_JOB")
    stage.wait(1000 * HOUR)
    assert stage.claim() == ()
    record = stage.find("a")
    assert (record.state, record.reason, record.raw) == (State.PARKED, "nobody knows TEST_JOB", claim.envelope)
