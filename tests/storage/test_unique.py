"""Unique keys: who may be put in while another job holds the key, and when a key is free again."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from jobdefs.state import State
from jobdefs.storage.contract import Move, NewJob, Outcome, Receipt, SettleVerdict, SubmitVerdict
from jobdefs.storage.submission import follow_up
from jobdefs.unique import Conflict, UniqueLock, Until
from tests.support.stage import HOUR, LEASE, MILLISECOND, SECOND, Stage, new_job

DUPLICATE = SubmitVerdict.DUPLICATE


def job(
    job_id: str,
    until: Until | timedelta = Until.FINISHED,
    conflict: Conflict = Conflict.EXISTING,
    key: str = "k",
    **more: object,
) -> NewJob:
    """Return a job with a unique key."""
    return new_job(job_id, lock=UniqueLock(key=key, until=until, conflict=conflict), **more)  # type: ignore[arg-type]


def put(stage: Stage, *jobs: NewJob) -> list[tuple[SubmitVerdict, str, State | None]]:
    """Put jobs in, and return what the store said."""
    return [(receipt.verdict, receipt.id, receipt.state) for receipt in stage.submit_all(jobs)]


def is_free(stage: Stage) -> bool:
    """Tell whether the key is free, by a job that takes it."""
    (receipt,) = stage.submit_all([job("probe")])
    return receipt.created


@pytest.mark.parametrize("conflict", [Conflict.EXISTING, Conflict.ERROR])
@pytest.mark.parametrize("until", [Until.FINISHED, Until.STARTED, HOUR])
def test_a_second_job_is_not_put_in(stage: Stage, until: Until | timedelta, conflict: Conflict) -> None:
    """While a job waits, another one with its key changes nothing, and is told its id and state."""
    put(stage, job("a", until, delay=SECOND))
    before = stage.dump()
    receipts = stage.submit_all([job("b", until, conflict)])
    assert receipts == (Receipt(DUPLICATE, "a", State.SCHEDULED),)
    assert (receipts[0].created, stage.state("b"), stage.dump()) == (False, None, before)


def test_a_key_belongs_to_one_name(stage: Stage) -> None:
    """Jobs of other names, and jobs with other keys or none, are not held back."""
    put(stage, job("a"))
    others = [job("b", key="K"), job("c", name="OTHER"), new_job("d"), job("e", key="k:k"), job("f", key="k k")]
    assert all(verdict is SubmitVerdict.CREATED for verdict, *_ in put(stage, *others))


def test_a_key_may_be_any_text(stage: Stage) -> None:
    """Spaces, colons and any letters are part of a key, up to 200 characters."""
    for number, key in enumerate(["a b:c", "\N{SNOWMAN}" * 200, "{t}", "%d", "finished a"]):
        put(stage, job(f"holder{number}", key=key))
        assert put(stage, job("b", key=key)) == [(DUPLICATE, f"holder{number}", State.READY)]


def test_an_id_comes_before_a_key(stage: Stage) -> None:
    """The same job sent again is the existing one, not a duplicate of itself, also after another took the key."""
    put(stage, job("a", Until.STARTED))
    assert put(stage, job("a", Until.STARTED)) == [(SubmitVerdict.EXISTING, "a", State.READY)]
    stage.claim_one()
    put(stage, job("b", Until.STARTED))
    assert put(stage, job("a", Until.STARTED)) == [(SubmitVerdict.EXISTING, "a", State.RUNNING)]


def test_within_one_batch(stage: Stage) -> None:
    """Of jobs with one key in one batch the first is put in."""
    assert put(stage, job("a"), new_job("x"), job("b")) == [
        (SubmitVerdict.CREATED, "a", State.READY),
        (SubmitVerdict.CREATED, "x", State.READY),
        (DUPLICATE, "a", State.READY),
    ]
    assert [claim.id for claim in stage.claim(9)] == ["a", "x"]


@pytest.mark.parametrize("outcome", [Outcome.SUCCEEDED, Outcome.DEAD, Outcome.CANCELLED, Outcome.EXPIRED])
def test_until_finished(stage: Stage, outcome: Outcome) -> None:
    """A job holds its key while it runs, waits for its retry and runs again, until it has come to its end."""
    put(stage, job("a"))
    claim = stage.claim_one()
    assert put(stage, job("b")) == [(DUPLICATE, "a", State.RUNNING)]
    stage.settle(claim, Outcome.FAILED, failures=1, delay=SECOND)
    assert put(stage, job("b")) == [(DUPLICATE, "a", State.SCHEDULED)]
    stage.wait(SECOND)
    stage.settle(stage.claim_one(), outcome)
    assert stage.client.exists(stage.key("unique", "TEST_JOB", "k")) == 0
    assert is_free(stage)


def test_until_started(stage: Stage) -> None:
    """A job holds its key until it runs; once an attempt has begun it never takes it again by itself."""
    put(stage, job("a", Until.STARTED))
    stage.settle(stage.claim_one(), Outcome.FAILED)
    assert stage.client.exists(stage.key("unique", "TEST_JOB", "k")) == 0
    assert put(stage, job("b", Until.STARTED)) == [(SubmitVerdict.CREATED, "b", State.READY)]
    assert stage.claim_one().id == "a"
    assert put(stage, job("c", Until.STARTED)) == [(DUPLICATE, "b", State.READY)]


def test_the_end_of_one_does_not_free_the_key_of_another(stage: Stage) -> None:
    """A job that has let its key go leaves alone whoever took it since: at its claim, at its end and when cancelled."""
    put(stage, job("a", Until.STARTED))
    claim = stage.claim_one()
    put(stage, job("b", Until.FINISHED, delay=HOUR))
    stage.settle(claim, Outcome.FAILED, failures=1)
    stage.settle(stage.claim_one())
    assert put(stage, job("c")) == [(DUPLICATE, "b", State.SCHEDULED)]


def test_for_a_window(stage: Stage) -> None:
    """A window begins with the submission and ends by itself; the end of the job does not shorten it."""
    put(stage, job("a", HOUR))
    left = stage.client.pttl(stage.key("unique", "TEST_JOB", "k")) * MILLISECOND
    assert HOUR - timedelta(minutes=1) < left <= HOUR
    stage.settle(stage.claim_one(), keep=timedelta(0))
    assert put(stage, job("b", HOUR)) == [(DUPLICATE, "a", None)]
    stage.client.delete(stage.key("unique", "TEST_JOB", "k"))
    assert is_free(stage)


def test_a_refused_job_does_not_move_a_window(stage: Stage) -> None:
    """The duplicates that a window keeps out do not make it longer, nor do they change whose it is."""
    put(stage, job("a", SECOND * 1000))
    put(stage, job("b", HOUR))
    assert stage.client.pttl(stage.key("unique", "TEST_JOB", "k")) <= 1_000_000


def test_replace(stage: Stage) -> None:
    """A job that replaces takes the key over; the one that waited is cancelled with the reason, and never runs."""
    put(stage, job("a", payload=b'"old"'))
    assert put(stage, job("b", conflict=Conflict.REPLACE)) == [(SubmitVerdict.CREATED, "b", State.READY)]
    record = stage.find("a")
    assert (record.state, record.reason) == (State.CANCELLED, "replaced by job b")
    assert put(stage, job("c")) == [(DUPLICATE, "b", State.READY)]
    assert stage.ledger() == {"enqueued": 2, "ready": 1, "cancelled": 1}
    assert [claim.id for claim in stage.claim(9)] == ["b"]
    stage.wait(timedelta(hours=24) - MILLISECOND)
    stage.exchange()
    assert stage.state("a") is State.CANCELLED
    stage.wait(MILLISECOND)
    stage.exchange()
    assert stage.state("a") is None


@pytest.mark.parametrize("until", [Until.FINISHED, Until.STARTED, HOUR])
def test_replacing_a_delayed_job(stage: Stage, until: Until | timedelta) -> None:
    """What waits for its time is replaced too, within any scope, and each time anew: only the last one is left."""
    for job_id in "abc":
        put(stage, job(job_id, until, Conflict.REPLACE, delay=HOUR))
    assert stage.indexes() == {"a": ["cancelled"], "b": ["cancelled"], "c": ["scheduled"]}


def test_replacing_within_one_batch(stage: Stage) -> None:
    """Of replacing jobs with one key in one batch the last is left."""
    verdicts = put(stage, *(job(job_id, conflict=Conflict.REPLACE) for job_id in "abc"))
    assert {verdict for verdict, *_ in verdicts} == {SubmitVerdict.CREATED}
    assert [claim.id for claim in stage.claim(9)] == ["c"]


def running(stage: Stage) -> State:
    stage.claim_one()
    return State.RUNNING


def suspect(stage: Stage) -> State:
    stage.lose(2)
    return State.SUSPECT


def parked(stage: Stage) -> State:
    stage.settle(stage.claim_one(), Outcome.PARKED, kind=":TEST_JOB")
    return State.PARKED


@pytest.mark.parametrize("bring", [running, suspect, parked])
@pytest.mark.parametrize("conflict", Conflict)
def test_what_has_begun_keeps_its_key(stage: Stage, bring: Callable[[Stage], State], conflict: Conflict) -> None:
    """A job that runs, is a suspect or is parked keeps its key, and is not replaced."""
    put(stage, job("a"))
    state = bring(stage)
    assert put(stage, job("b", conflict=conflict)) == [(DUPLICATE, "a", state)]
    assert (stage.state("a"), stage.state("b")) == (state, None)


@pytest.mark.parametrize("bring", [running, suspect, parked])
def test_a_cancelled_job_frees_its_key(stage: Stage, bring: Callable[[Stage], State]) -> None:
    """A key is free when its job was cancelled: at once where it waits, else when its consumer has said so."""
    put(stage, job("a"))
    state = bring(stage)
    assert stage.cancel("a") == Move(True, State.RUNNING if state is State.RUNNING else State.CANCELLED)  # noqa: FBT003
    if state is State.RUNNING:
        assert put(stage, job("b")) == [(DUPLICATE, "a", State.RUNNING)]
        stage.wait(LEASE)
        stage.exchange()
    assert (stage.state("a"), is_free(stage)) == (State.CANCELLED, True)


@pytest.mark.parametrize("delay", [timedelta(0), HOUR])
def test_a_waiting_job_that_is_cancelled_frees_its_key(stage: Stage, delay: timedelta) -> None:
    """The same holds for a job that has never run."""
    put(stage, job("a", delay=delay))
    stage.cancel("a")
    assert stage.client.exists(stage.key("unique", "TEST_JOB", "k")) == 0
    assert is_free(stage)


@pytest.mark.parametrize("until", [Until.FINISHED, Until.STARTED])
def test_no_key_is_held_by_what_is_gone(stage: Stage, until: Until) -> None:
    """Where a job has disappeared, however that came about, its key does not stay behind it."""
    put(stage, job("a", until))
    stage.client.delete(stage.key("job", "a"), stage.key("run", "a"), stage.key("ready", "default"))
    assert stage.client.exists(stage.key("unique", "TEST_JOB", "k")) == 1
    assert is_free(stage)


def test_a_key_left_behind_holds_nothing(stage: Stage) -> None:
    """A key that was not deleted, as after a rollback of the store, is free once its job is beyond its scope."""
    put(stage, job("started", Until.STARTED, key="s"), job("finished", key="f"))
    left = {key: stage.client.get(key) for key in stage.client.scan_iter(stage.key("unique", "*"))}
    first, second = stage.claim(2)
    stage.settle(second)
    stage.client.mset(left)
    assert put(stage, job("b", key="s"), job("c", key="f")) == [
        (SubmitVerdict.CREATED, "b", State.READY),
        (SubmitVerdict.CREATED, "c", State.READY),
    ]
    assert stage.settle(first) is SettleVerdict.SETTLED
    assert put(stage, job("d", key="s")) == [(DUPLICATE, "b", State.READY)]


@pytest.mark.parametrize("rubbish", ["", "finished", "a b c", "finished nobody"])
def test_a_strange_key_holds_nothing(stage: Stage, rubbish: str) -> None:
    """A key with rubbish in it, or of a wrong type, keeps nobody out and nobody from ending."""
    stage.client.set(stage.key("unique", "TEST_JOB", "k"), rubbish)
    put(stage, job("a"))
    stage.client.delete(stage.key("unique", "TEST_JOB", "k"))
    stage.client.rpush(stage.key("unique", "TEST_JOB", "k"), "not ours")
    assert stage.settle(stage.claim_one()) is SettleVerdict.SETTLED
    assert is_free(stage)


def test_a_follow_up_may_be_unique(stage: Stage) -> None:
    """A job that a settlement puts in is held back by its key as any other; the settlement holds all the same."""
    put(stage, job("a", delay=HOUR), new_job("b"))
    effects = [follow_up(job("c")), follow_up(job("d", key="other")), follow_up(job("e", key="other"))]
    assert stage.settle(stage.claim_one(), effects=effects) is SettleVerdict.SETTLED
    assert [claim.id for claim in stage.claim(9)] == ["d"]
    assert (stage.state("c"), stage.state("e")) == (None, None)
    assert stage.ledger() == {"enqueued": 3, "scheduled": 1, "running": 1, "succeeded": 1}


def test_a_follow_up_may_take_the_key_of_its_parent(stage: Stage) -> None:
    """A job's key is free for what its own settlement puts in, and it may replace what waits."""
    put(stage, job("a"), job("w", key="other", delay=HOUR))
    effects = [follow_up(job("b")), follow_up(job("r", key="other", conflict=Conflict.REPLACE))]
    stage.settle(stage.claim_one(), effects=effects)
    assert [claim.id for claim in stage.claim(9)] == ["b", "r"]
    assert stage.state("w") is State.CANCELLED


@pytest.mark.parametrize("until", [Until.FINISHED, Until.STARTED])
def test_a_replay_takes_the_key_again(stage: Stage, until: Until) -> None:
    """A replayed job holds its key as it did before."""
    put(stage, job("a", until))
    stage.settle(stage.claim_one(), Outcome.DEAD)
    assert stage.replay("a") == Move(True, State.READY)  # noqa: FBT003
    assert put(stage, job("b", until)) == [(DUPLICATE, "a", State.READY)]
    stage.settle(stage.claim_one())
    assert is_free(stage)


def test_a_replay_is_refused_while_another_holds_the_key(stage: Stage) -> None:
    """A job whose key is held by another is not replayed, and the answer names that one; later it is."""
    put(stage, job("a"))
    stage.settle(stage.claim_one(), Outcome.DEAD)
    put(stage, job("b"))
    before = stage.dump()
    assert stage.replay("a") == Move(False, State.DEAD, holder="b")  # noqa: FBT003
    assert stage.dump() == before
    stage.settle(stage.claim_one())
    assert stage.replay("a") == Move(True, State.READY)  # noqa: FBT003


def test_a_parked_job_is_replayed_with_its_own_key(stage: Stage) -> None:
    """A parked job still holds its key, so that key does not keep it from being replayed."""
    put(stage, job("a"))
    parked(stage)
    assert stage.replay("a") == Move(True, State.READY)  # noqa: FBT003
    assert put(stage, job("b")) == [(DUPLICATE, "a", State.READY)]


def test_a_crash_does_not_hold_a_key(stage: Stage) -> None:
    """A job whose consumer vanished keeps its key, runs again, and frees it at its end."""
    put(stage, job("a"))
    stage.lose()
    assert put(stage, job("b")) == [(DUPLICATE, "a", State.READY)]
    stage.settle(stage.claim_one())
    assert is_free(stage)
