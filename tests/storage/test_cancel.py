"""Cancelling a job that runs: its consumer hears of it, and however its attempt ends, it does not wait again."""

from collections.abc import Callable
from datetime import timedelta

import attrs
import pytest

from jobdefs.state import State
from jobdefs.storage.contract import Claim, Move, NewJob, Outcome, SettleVerdict
from jobdefs.unique import UniqueLock
from tests.support.stage import HOUR, LEASE, MILLISECOND, SECOND, Stage, lease_of, new_job

ASKED = Move(True, State.RUNNING)  # noqa: FBT003 - named by this line


@pytest.fixture
def claim(stage: Stage) -> Claim:
    """A job that runs, and that somebody wants cancelled."""
    stage.submit("a")
    claimed = stage.claim_one()
    assert stage.cancel("a", keep=HOUR) == ASKED
    return claimed


def test_its_consumer_is_asked(stage: Stage, claim: Claim) -> None:
    """The job stays running under its lease, and each beat names it until it has come to its end."""
    assert (stage.state("a"), stage.ledger()) == (State.RUNNING, {"enqueued": 1, "running": 1})
    for _ in range(2):
        beat = stage.beat(claim)
        assert (beat.cancelled, beat.lost) == ((lease_of(claim),), ())
    assert stage.settle(claim, Outcome.CANCELLED) is SettleVerdict.SETTLED
    beat = stage.beat(claim)
    assert (beat.cancelled, beat.lost) == ((), (lease_of(claim),))


def test_only_its_holder_is_asked(stage: Stage) -> None:
    """A beat names no job that the caller does not hold, and none that nobody wants cancelled."""
    stage.submit("a", "b")
    mine, other = stage.claim_one(), stage.claim_one(holder="other")
    stage.cancel("b")
    assert stage.beat(mine).cancelled == ()
    assert stage.beat(other, holder="other").cancelled == (lease_of(other),)
    forged = attrs.evolve(other, token="another token")
    assert stage.beat(forged, holder="other").cancelled == ()


def test_its_holder_is_woken(stage: Stage, claim: Claim) -> None:
    """The consumer's own marker is set, so that it beats at once; it goes by itself if nobody listens."""
    assert stage.client.zscore(stage.key("wake", "@h"), "now") == 0
    assert 0 < stage.client.ttl(stage.key("wake", "@h")) <= 600
    assert stage.beat(claim).cancelled == (lease_of(claim),)


def test_asking_twice_is_asking_once(stage: Stage, claim: Claim) -> None:
    """A second cancel says the same; the time for which it asks the job to be kept counts."""
    assert stage.cancel("a", keep=SECOND) == ASKED
    stage.settle(claim, Outcome.RELEASED)
    stage.wait(SECOND)
    stage.exchange()
    assert stage.state("a") is None


@pytest.mark.parametrize(
    "outcome", [Outcome.RELEASED, Outcome.FAILED, Outcome.SNOOZED, Outcome.PARKED, Outcome.CANCELLED]
)
@pytest.mark.parametrize("delay", [timedelta(0), HOUR])
def test_it_does_not_wait_again(stage: Stage, claim: Claim, outcome: Outcome, delay: timedelta) -> None:
    """An attempt after which the job would have waited is its last: cancelled, and kept for the time asked for."""
    stage.wait(SECOND)
    stage.settle(claim, outcome, failures=1, delay=delay, kind=":TEST_JOB", keep=HOUR)
    record = stage.find("a")
    assert (record.state, record.finished_at_ms) == (State.CANCELLED, stage.now_ms)
    assert (stage.indexes(), stage.ledger()) == ({"a": ["cancelled"]}, {"enqueued": 1, "cancelled": 1})
    assert not stage.client.exists(stage.key("parked_kinds"))
    stage.wait(HOUR - MILLISECOND)
    assert (stage.claim(9), stage.state("a")) == ((), State.CANCELLED)
    stage.wait(MILLISECOND)
    stage.exchange()
    assert stage.state("a") is None


@pytest.mark.parametrize("outcome", [Outcome.SUCCEEDED, Outcome.DEAD, Outcome.EXPIRED])
def test_an_end_of_its_own_counts(stage: Stage, claim: Claim, outcome: Outcome) -> None:
    """A job that came to an end before its consumer heard keeps that end, and its own retention."""
    stage.settle(claim, outcome, keep=2 * HOUR, result=b"1")
    assert (stage.find("a").state.value, stage.find("a").result) == (outcome.value, b"1")
    assert stage.ledger() == {"enqueued": 1, outcome.value: 1}
    stage.wait(HOUR)
    stage.exchange()
    assert stage.find("a").state.value == outcome.value


def test_a_lost_one_is_cancelled(stage: Stage, claim: Claim) -> None:
    """If its consumer vanishes it does not run again: it is cancelled when the lease has ended, and told as lost."""
    stage.wait(LEASE)
    assert [(lease.id, lease.holder) for lease in stage.exchange().lost] == [("a", "h")]
    assert (stage.state("a"), stage.ledger()) == (State.CANCELLED, {"enqueued": 1, "cancelled": 1})
    assert stage.settle(claim) is SettleVerdict.STALE
    assert [event.name for event in stage.find("a").events] == ["enqueued", "running", "lost", "cancelled"]


def test_a_suspect_in_quarantine(stage: Stage) -> None:
    """A suspect that runs is cancelled like any other; handed back or lost, it does not go back to the suspects."""
    for number, bring in enumerate([release, vanish]):
        job_id = f"s{number}"
        stage.submit(job_id)
        stage.lose(2)
        (claimed,) = stage.claim(0, suspects=1)
        assert stage.cancel(job_id) == ASKED
        bring(stage, claimed)
        assert (stage.state(job_id), stage.exchange().more_suspects) == (State.CANCELLED, False)


def release(stage: Stage, claimed: Claim) -> None:
    stage.settle(claimed, Outcome.RELEASED)


def vanish(stage: Stage, claimed: Claim) -> None:
    assert stage.beat(claimed).cancelled == (lease_of(claimed),)
    stage.wait(LEASE / 2)
    stage.beat()
    stage.wait(LEASE / 2)
    stage.exchange()


def succeed(stage: Stage, claimed: Claim) -> None:
    stage.settle(claimed)


def die(stage: Stage, claimed: Claim) -> None:
    stage.settle(claimed, Outcome.DEAD)


@pytest.mark.parametrize("end", [release, vanish, die])
def test_a_replay_forgets_it(stage: Stage, claim: Claim, end: Callable[[Stage, Claim], None]) -> None:
    """A job that is replayed runs as if nobody had ever wanted it cancelled."""
    end(stage, claim)
    stage.replay("a")
    again = stage.claim_one()
    assert stage.beat(again).cancelled == ()
    stage.settle(again, Outcome.RELEASED)
    assert stage.state("a") is State.READY


@pytest.mark.parametrize("end", [release, vanish, succeed])
def test_its_unique_key_is_free_at_its_end(stage: Stage, end: Callable[[Stage, Claim], None]) -> None:
    """It holds its key while it runs, and no longer."""

    def job(job_id: str) -> NewJob:
        return new_job(job_id, lock=UniqueLock(key="k"))

    stage.submit_all([job("a")])
    claimed = stage.claim_one()
    stage.cancel("a")
    assert not stage.submit_all([job("b")])[0].created
    end(stage, claimed)
    assert stage.submit_all([job("b")])[0].created


def test_the_effects_of_its_attempt_hold(stage: Stage, claim: Claim) -> None:
    """A settlement is taken in whole: its error and failures are kept where the job is cancelled by it."""
    stage.settle(claim, Outcome.FAILED, failures=1, error=b'{"type":"E","message":"m"}')
    record = stage.find("a")
    assert record.error is not None
    assert (record.failures, record.error.type) == (1, "E")
    assert [event.name for event in record.events] == ["enqueued", "running", "failed", "cancelled"]


def test_without_a_holder(stage: Stage) -> None:
    """Where the bookkeeping does not tell the holder, the cancel is noted all the same."""
    stage.submit("a")
    claimed = stage.claim_one()
    stage.client.hdel(stage.key("run", "a"), "holder")
    assert stage.cancel("a") == ASKED
    assert stage.beat(claimed).cancelled == (lease_of(claimed),)
