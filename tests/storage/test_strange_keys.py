"""Keys that somebody wrote by hand stop nothing, and hide nothing."""

import pytest

from jobdefs.errors import StoreError
from jobdefs.state import State
from jobdefs.storage.contract import Effect, NewJob, Outcome, SettleVerdict
from jobdefs.storage.submission import follow_up
from jobdefs.storage.upkeep import UpkeepCalls
from jobdefs.unique import Conflict, UniqueLock
from tests.support.stage import LEASE, NAMESPACE, SECOND, Stage, ending, lease_of, new_job


def test_a_submission_that_fails_leaves_nothing(stage: Stage) -> None:
    """Where a queue's key is of a wrong type, a job is refused whole: sent again after the repair, it is put in."""
    client = stage.client
    client.set(stage.key("ready", "default"), "rubbish")
    with pytest.raises(StoreError):
        stage.submit("a")
    client.delete(stage.key("ready", "default"))
    (receipt,) = stage.submit("a")
    assert receipt.created
    assert stage.claim_one().id == "a"


def test_a_repeat_looks_at_no_index(stage: Stage) -> None:
    """The same job again is there already, also where the index in which a new one would stand is of a wrong type."""
    stage.submit("a")
    stage.claim_one()
    stage.client.rpush(stage.key("ready", "default"), "not ours")
    assert [(receipt.created, receipt.state) for receipt in stage.submit("a")] == [(False, State.RUNNING)]


def test_a_replacement_that_fails_leaves_the_old_one(stage: Stage) -> None:
    """Where a job cannot be put in, the one that it would have replaced still waits."""
    lock = UniqueLock(key="k", conflict=Conflict.REPLACE)
    stage.submit("a", delay=SECOND, lock=lock)
    stage.client.set(stage.key("ready", "default"), "rubbish")
    before = stage.dump()
    with pytest.raises(StoreError):
        stage.submit("b", lock=lock)
    assert stage.dump() == before


def test_a_batch_that_fails_leaves_nothing(stage: Stage) -> None:
    """Where the key of one queue is of a wrong type, no job of a batch is put in, those for other queues neither."""
    stage.client.set(stage.key("scheduled", "mail"), "rubbish")
    before = stage.dump()
    with pytest.raises(StoreError):
        stage.submit_all([new_job("a"), new_job("b", queue="mail", delay=SECOND)])
    assert stage.dump() == before


def sweep(stage: Stage) -> None:
    """Let the sweeper make a whole pass."""
    stage.wait(LEASE)
    assert stage.send(UpkeepCalls(NAMESPACE, LEASE, lambda: stage.now_ms).sweep()).ended


def rubbish(stage: Stage, *keys: str) -> None:
    """Make keys strange."""
    for key in keys:
        stage.client.delete(stage.key(key))
        stage.client.set(stage.key(key), "rubbish")


INDEXES = ("ready:mail", "scheduled:mail", "suspect:mail")
SHARED = (
    "parked",
    "parked_kinds",
    "forget",
    "revocations",
    "consumers",
    "queues",
    "ledger",
    "reply:h",
    "wake:default",
    "can:h",
    *(f"final:{state}" for state in ("succeeded", "dead", "cancelled", "expired")),
)


@pytest.mark.parametrize("key", [*INDEXES, *SHARED])
def test_one_strange_key_stops_no_other_queue(stage: Stage, key: str) -> None:
    """Whichever index is of a wrong type: jobs of other queues are claimed, settled in every way, retried and lost."""
    stage.submit(*"abcdef")
    rubbish(stage, key)
    both = ["default", "mail"]
    claims = {claim.id: claim for claim in stage.claim(9, suspects=1, queues=both, token="t1")}
    assert sorted(claims) == [*"abcdef"]
    if key != "reply:h":
        assert len(stage.claim(9, suspects=1, queues=both, token="t1", again=True)) == len(claims)
    ends = [Outcome.SUCCEEDED, Outcome.FAILED, Outcome.RELEASED, Outcome.PARKED, Outcome.DEAD]
    fields = {"kind": "d:TEST_JOB", "keep_result": SECOND}
    settlements = [ending(claims[job_id], outcome, **fields) for job_id, outcome in zip("abcde", ends, strict=True)]
    assert set(stage.exchange(*settlements, queues=both).verdicts) == {SettleVerdict.SETTLED}
    stage.wait(LEASE)
    assert sorted(claim.id for claim in stage.claim(9, suspects=1, queues=both)) == ["b", "c", "f"]
    if key != "ledger":
        assert stage.ledger() == {"enqueued": 6, "succeeded": 1, "dead": 1, "parked": 1, "running": 3}


def test_nobody_spins_over_a_strange_queue(stage: Stage) -> None:
    """A queue whose keys are of a wrong type has no jobs, and no moment at which to look for them."""
    rubbish(stage, *INDEXES)
    reply = stage.exchange(want=1, suspects=1, queues=["mail"])
    assert (reply.more, reply.more_suspects, reply.next_due_ms) == (False, False, None)
    rubbish(stage, "leases")
    stage.submit("a")
    reply = stage.exchange(want=1)
    assert (reply.claims, reply.more, reply.next_due_ms) == ((), False, None)


def test_a_due_job_whose_place_is_strange(stage: Stage) -> None:
    """A job whose time has come, and whose queue's key is of a wrong type, is in its queue after that and a sweep."""
    stage.submit("a", delay=SECOND)
    stage.wait(2 * SECOND)
    rubbish(stage, "ready:default")
    assert stage.claim(1) == ()
    assert (stage.state("a"), stage.ledger()) == (State.READY, {"enqueued": 1, "ready": 1})
    stage.client.delete(stage.key("ready", "default"))
    sweep(stage)
    assert stage.claim_one().id == "a"


@pytest.mark.parametrize("times", [1, 2])
def test_a_lost_job_whose_place_is_strange(stage: Stage, times: int) -> None:
    """A lost job whose place is a key of a wrong type is counted once, and stands there after a sweep."""
    stage.submit("a")
    if times > 1:
        stage.lose()
    stage.claim_one()
    stage.wait(LEASE)
    state = {1: State.READY, 2: State.SUSPECT}[times]
    rubbish(stage, f"{state.value}:default")
    assert [lease.holder for lease in stage.exchange(queues=[]).lost] == ["h"]
    assert stage.exchange(queues=[]).lost == ()
    stage.client.delete(stage.key(state.value, "default"))
    sweep(stage)
    assert stage.indexes() == {"a": [state.value]}
    assert (stage.find("a").lost, stage.find("a").state) == (times, state)
    assert [event.name for event in stage.find("a").events] == ["enqueued", *["running", "lost"] * times]


@pytest.mark.parametrize(
    ("outcome", "index", "swept"),
    [
        (Outcome.FAILED, "scheduled:default", "ready"),
        (Outcome.RELEASED, "ready:default", "ready"),
        (Outcome.PARKED, "parked", "parked"),
        (Outcome.SUCCEEDED, "final:succeeded", "succeeded"),
    ],
)
def test_an_ended_attempt_whose_place_is_strange(stage: Stage, outcome: Outcome, index: str, swept: str) -> None:
    """A settlement holds though the job finds no place; after the repair and a sweep it has one."""
    stage.submit("a")
    claim = stage.claim_one()
    rubbish(stage, index)
    assert stage.settle(claim, outcome, delay=SECOND) is SettleVerdict.SETTLED
    stage.client.delete(stage.key(index))
    sweep(stage)
    assert stage.indexes() == {"a": [swept]}
    stage.ledger()


def test_a_follow_up_whose_place_is_strange(stage: Stage) -> None:
    """A job that a settlement puts in, into a queue whose key is of a wrong type, is there after a sweep."""
    stage.submit("a")
    claim = stage.claim_one()
    rubbish(stage, "ready:mail")
    assert stage.settle(claim, effects=[follow_up(new_job("b", queue="mail"))]) is SettleVerdict.SETTLED
    stage.client.delete(stage.key("ready", "mail"))
    sweep(stage)
    assert stage.claim_one(queues=["mail"]).id == "b"


def test_a_follow_up_that_cannot_be_read(stage: Stage) -> None:
    """Follow-ups and callbacks without a readable head are not put in; all settlements of the exchange hold."""
    stage.submit("a", "b")
    first, second = stage.claim(2)
    effects = [follow_up(NewJob(envelope=b"garbage")), Effect("chord", ("c", 0, 1, b"v", 1000, b"garbage"))]
    reply = stage.exchange(ending(first, effects=effects), ending(second))
    assert set(reply.verdicts) == {SettleVerdict.SETTLED}
    assert stage.ledger() == {"enqueued": 2, "succeeded": 2}


def test_queues_with_strange_keys_can_be_counted(stage: Stage) -> None:
    """A queue whose keys are of a wrong type counts as empty, and the others are counted."""
    stage.submit("a")
    stage.submit("b", queue="mail")
    rubbish(stage, *INDEXES)
    counts = {queue.name: queue.ready for queue in stage.send(stage.inspection.queues())}
    assert counts == {"default": 1, "mail": 0}


def test_strange_bookkeeping_can_be_read(stage: Stage) -> None:
    """A job whose bookkeeping holds rubbish is shown for what it is."""
    stage.submit("a")
    written = {"state": "dead", "failures": "x", "error": "[", "history": "rubbish\n", "finished_at_ms": "soon"}
    stage.client.hset(stage.key("run", "a"), mapping=written)
    job = stage.find("a")
    assert (job.state, job.failures, job.finished_at_ms) == (State.DEAD, 0, None)
    assert job.error is not None
    assert (job.error.type, job.error.message) == ("unreadable", "[")


@pytest.mark.parametrize("key", ["leases", "ready:default", *SHARED, *INDEXES])
def test_a_strange_key_hides_nothing_else(stage: Stage, key: str) -> None:
    """Whichever key is of a wrong type: consumers beat and learn of cancels, and jobs elsewhere are listed."""
    stage.submit("running", "ready")
    claim = stage.claim_one()
    stage.submit("a", "b", queue="aside")
    before = stage.send(stage.inspection.page(state=None, queue="aside", name="", cursor=None, limit=1))
    assert before.cursor
    rubbish(stage, key)
    stage.cancel("running")
    told = stage.beat(claim)
    assert (told.lost, told.cancelled) == ((), (lease_of(claim),))
    for state in (None, *State):
        page = stage.send(stage.inspection.page(state=state, queue="", name="", cursor=None, limit=10))
        assert page.cursor is None
    rest = stage.send(stage.inspection.page(state=None, queue="aside", name="", cursor=before.cursor, limit=9))
    assert [job.id for job in (*before.jobs, *rest.jobs)] == ["a", "b"]
    assert stage.send(stage.inspection.ledger()).entries or key == "ledger"
    assert stage.send(stage.inspection.queues()) or key == "queues"


def test_an_index_that_became_strange_ends_no_list(stage: Stage) -> None:
    """A list that goes on in an index which is of a wrong type by then has what comes behind it."""
    stage.submit("a", "b", "c", queue="x")
    stage.submit("d", queue="y")
    first = stage.send(stage.inspection.page(state=State.READY, queue="", name="", cursor=None, limit=1))
    rubbish(stage, "ready:x")
    rest = stage.send(stage.inspection.page(state=State.READY, queue="", name="", cursor=first.cursor, limit=9))
    assert [job.id for job in rest.jobs] == ["d"]


def test_strange_entries_hide_no_job(stage: Stage) -> None:
    """Entries that are no text, at moments that are none, are listed beside the jobs, and pages go on behind them."""
    stage.submit("a", "b")
    for member, score in {b"\x80\xff": float("-inf"), b"\xfe x": float("inf"), b"": -1}.items():
        stage.client.zadd(stage.key("parked"), {member: score})
        stage.client.hset(stage.key("run", "").encode() + member, "state", "parked")
    stage.client.sadd(stage.key("queues"), b"\xff")
    seen, cursor = set(), None
    for _ in range(20):
        page = stage.send(stage.inspection.page(state=None, queue="", name="", cursor=cursor, limit=1))
        seen |= {job.id for job in page.jobs}
        if (cursor := page.cursor) is None:
            break
    assert cursor is None
    assert {"a", "b", "", "\ufffd x", "\ufffd\ufffd"} <= seen
    assert "default" in {queue.name for queue in stage.send(stage.inspection.queues())}


@pytest.mark.parametrize("stamp", ["rubbish", "nan", "1e999", "-1e999", ""])
def test_a_strange_stamp(stage: Stage, stamp: str) -> None:
    """Whatever stands where the last place of a queue is kept, jobs go in and keep their order."""
    stage.client.hset(stage.key("meta"), "stamp", stamp)
    stage.submit(*"abc")
    assert [claim.id for claim in stage.claim(3)] == [*"abc"]


def test_strange_fields_can_be_read(stage: Stage) -> None:
    """A job whose bookkeeping has fields that are no text is shown like any other."""
    stage.submit("a")
    stage.client.hset(stage.key("run", "a"), mapping={b"\xff": b"\xfe", "state": "dead"})
    assert stage.find("a").state is State.DEAD


@pytest.mark.parametrize("state", [b"rubbish", b"\xff", b""])
def test_a_strange_state(stage: Stage, state: bytes) -> None:
    """A job whose bookkeeping names no state there is counts as waiting, is listed, and runs."""
    stage.submit("a")
    stage.client.hset(stage.key("run", "a"), "state", state)
    assert stage.find("a").state is State.READY
    assert stage.submit("a")[0].state is State.READY
    assert stage.claim_one().id == "a"
