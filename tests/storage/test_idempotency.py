"""Idempotency: the same id for the same request is one job; the same id for another request is refused."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from jobdefs.state import State
from jobdefs.storage.contract import Outcome, Receipt, SubmitVerdict
from tests.support.stage import HOUR, LEASE, Stage, ending, new_job

ONE, OTHER = "0a1b2c", "0a1b2d"


def as_ready(_stage: Stage) -> State:
    return State.READY


def as_running(stage: Stage) -> State:
    stage.claim_one()
    return State.RUNNING


def as_suspect(stage: Stage) -> State:
    stage.lose(2)
    return State.SUSPECT


def as_parked(stage: Stage) -> State:
    stage.settle(stage.claim_one(), Outcome.PARKED)
    return State.PARKED


def as_succeeded(stage: Stage) -> State:
    stage.settle(stage.claim_one())
    return State.SUCCEEDED


def as_replayed(stage: Stage) -> State:
    stage.cancel("a")
    stage.replay("a")
    return State.READY


def as_forgotten(stage: Stage) -> None:
    stage.settle(stage.claim_one(), keep=timedelta(0))


LIFE = [as_ready, as_running, as_suspect, as_parked, as_succeeded, as_replayed, as_forgotten]


@pytest.mark.parametrize("bring", LIFE)
def test_a_request_is_known_for_life(stage: Stage, bring: Callable[[Stage], State | None]) -> None:
    """Whatever became of a job, and after its retention too: the same request is existing, another one different."""
    stage.submit("a", request=ONE)
    state = bring(stage)
    before = stage.dump()
    assert stage.submit("a", request=ONE) == (Receipt(SubmitVerdict.EXISTING, "a", state),)
    assert stage.submit("a", request=OTHER) == (Receipt(SubmitVerdict.DIFFERENT, "a", state),)
    assert stage.submit("a") == (Receipt(SubmitVerdict.EXISTING, "a", state),)
    assert stage.dump() == before


@pytest.mark.parametrize("bring", LIFE)
def test_what_had_no_digest_is_not_compared(stage: Stage, bring: Callable[[Stage], State | None]) -> None:
    """A job that was put in without a digest is existing for any request of its name."""
    stage.submit("a")
    state = bring(stage)
    assert stage.submit("a", request=ONE) == (Receipt(SubmitVerdict.EXISTING, "a", state),)


def test_without_a_digest_the_name_must_do(stage: Stage) -> None:
    """A request for a job of another name is different even where that job was put in without a digest."""
    stage.submit("a", name="X")
    assert stage.submit("a", name="Y", request=ONE) == (Receipt(SubmitVerdict.DIFFERENT, "a", State.READY),)
    assert stage.submit("a", name="Y") == (Receipt(SubmitVerdict.EXISTING, "a", State.READY),)


def test_within_one_batch(stage: Stage) -> None:
    """In one batch the first request of an id counts, and each of the others is compared with it."""
    jobs = [new_job("a", request=ONE), new_job("a", request=ONE), new_job("a", request=OTHER), new_job("a")]
    verdicts = [receipt.verdict.value for receipt in stage.submit_all(jobs)]
    assert verdicts == ["created", "existing", "different", "existing"]


def test_a_digest_is_no_bookkeeping(stage: Stage) -> None:
    """A job with a digest lives as any other: ready or scheduled, claimed, told by its story, forgotten."""
    stage.submit("a", request=ONE)
    stage.submit("later", request=ONE, delay=HOUR)
    assert (stage.state("a"), stage.state("later")) == (State.READY, State.SCHEDULED)
    stage.exchange(ending(stage.claim_one(), keep=LEASE))
    stage.wait(HOUR)
    assert stage.claim_one().id == "later"
    assert stage.client.get(stage.key("tombstone", "a")) == b"succeeded " + ONE.encode()
    assert stage.state("a") is None


def test_a_tombstone_of_a_wrong_type_still_takes_the_id(stage: Stage) -> None:
    """A tombstone with rubbish in it keeps its id taken and is compared with nothing."""
    for rubbish in ("", "dead", "dead x y"):
        stage.client.set(stage.key("tombstone", "a"), rubbish)
        assert stage.submit("a", request=ONE) == (Receipt(SubmitVerdict.EXISTING, "a", None),)
    stage.client.delete(stage.key("tombstone", "a"))
    stage.client.rpush(stage.key("tombstone", "a"), "not ours")
    assert stage.submit("a", request=ONE) == (Receipt(SubmitVerdict.EXISTING, "a", None),)


def changes(stage: Stage) -> int:
    """Return how many changes the server has counted, which is what it replicates and writes to its log."""
    return int(stage.client.info("persistence")["rdb_changes_since_last_save"])


def test_a_confirmed_submission_always_writes(stage: Stage) -> None:
    """Asked to confirm, a submission always writes something; else it does so only where it puts a job in."""
    call = stage.submission.submit
    stage.send(call([new_job("a")], confirm=True))
    before = changes(stage)
    stage.send(call([new_job("a")]))
    assert changes(stage) == before
    for _ in range(2):
        stage.send(call([new_job("a")], confirm=True))
        assert changes(stage) > before
        before = changes(stage)
    assert stage.client.hget(stage.key("meta"), "confirmed_at_ms") == b"%d" % stage.now_ms


def test_a_confirmed_submission_says_the_same(stage: Stage) -> None:
    """Confirming changes neither the verdicts nor what is put in."""
    jobs = [new_job("a", request=ONE), new_job("a", request=OTHER)]
    plain = stage.send(stage.submission.submit(jobs, confirm=False))
    stage.client.flushall()
    assert stage.send(stage.submission.submit(jobs, confirm=True)) == plain
