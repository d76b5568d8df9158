"""What is strange in the store: nothing loops, nothing is lost, nothing is run, and the rest of the queue goes on."""

from collections.abc import Callable
from functools import partial

import pytest

from jobdefs.state import State
from jobdefs.storage.contract import Move, Outcome, Room, SettleVerdict
from tests.support.stage import LEASE, SECOND, Stage, ending

done, refused = partial(Move, True), partial(Move, False)  # noqa: FBT003 - named by this line
GARBAGE = b"\x80\x04garbage \xff\x00"


def garbage(stage: Stage) -> None:
    stage.client.set(stage.key("job", "bad"), GARBAGE)


def wrong_type(stage: Stage) -> None:
    stage.client.delete(stage.key("job", "bad"))
    stage.client.rpush(stage.key("job", "bad"), GARBAGE)


def another_id(stage: Stage) -> None:
    stage.client.copy(stage.key("job", "good"), stage.key("job", "bad"), replace=True)


def gone(stage: Stage) -> None:
    stage.client.delete(stage.key("job", "bad"))


ENVELOPES = [garbage, wrong_type, another_id, gone]


@pytest.mark.parametrize("harm", ENVELOPES)
def test_a_scheduled_job_that_cannot_be_read(stage: Stage, harm: Callable[[Stage], None]) -> None:
    """At its time it is parked with the reason, its bytes untouched, and jobs due after it become ready."""
    stage.submit("bad", delay=SECOND)
    stage.submit("good", delay=2 * SECOND)
    harm(stage)
    bytes_before = stage.client.dump(stage.key("job", "bad"))
    stage.wait(2 * SECOND)
    assert [claim.id for claim in stage.claim(9)] == ["good"]
    record = stage.find("bad")
    assert (record.state, record.queue) == (State.PARKED, "default")
    assert record.reason == "the head of its envelope cannot be read"
    assert stage.client.dump(stage.key("job", "bad")) == bytes_before


@pytest.mark.parametrize("harm", [wrong_type, gone])
def test_a_ready_job_that_cannot_be_handed_out(stage: Stage, harm: Callable[[Stage], None]) -> None:
    """It is parked with the reason when its turn comes, others are woken for the rest, and those are claimed."""
    stage.submit("bad", "good", "better")
    harm(stage)
    stage.client.delete(stage.key("wake", "default"))
    assert stage.claim(1) == ()
    assert stage.client.zscore(stage.key("wake", "default"), "now") == 0
    assert [claim.id for claim in stage.claim(9)] == ["good", "better"]
    record = stage.find("bad")
    assert (record.state, record.queue, record.envelope) == (State.PARKED, "default", None)
    assert (
        record.reason == {"wrong_type": "its envelope is not a string", "gone": "its envelope is gone"}[harm.__name__]
    )


@pytest.mark.parametrize("harm", [garbage, another_id])
def test_a_ready_job_that_only_a_reader_can_judge(stage: Stage, harm: Callable[[Stage], None]) -> None:
    """Bytes that are a string are handed out as they are, for the consumer to park them with its reason."""
    stage.submit("bad", "good")
    harm(stage)
    bad, good = stage.claim(2, rooms=[Room(0, ("OTHER",))])
    assert (bad.id, bad.envelope, good.id) == ("bad", stage.client.get(stage.key("job", "bad")), "good")
    stage.settle(bad, Outcome.PARKED, detail="no head")
    assert (stage.find("bad").state, stage.find("bad").reason) == (State.PARKED, "no head")


def test_garbage_waits_for_a_hand(stage: Stage) -> None:
    """A parked job whose bytes cannot be read is not replayed; once they have been put right, it is."""
    stage.submit("bad")
    raw = stage.client.getset(stage.key("job", "bad"), GARBAGE)
    stage.settle(stage.claim_one(), Outcome.PARKED, detail="no head")
    assert stage.send(stage.submission.replay("bad")) == refused(State.PARKED)
    assert stage.find("bad").raw == GARBAGE
    stage.client.set(stage.key("job", "bad"), raw)
    assert stage.send(stage.submission.replay("bad")) == done(State.READY)
    assert stage.claim_one().envelope == raw


def test_waiting_garbage_is_not_cancelled(stage: Stage) -> None:
    """What cannot be read cannot be cancelled either: it stays where it is until its turn comes."""
    stage.submit("bad")
    garbage(stage)
    assert stage.send(stage.submission.cancel("bad", keep=SECOND)) == refused(State.READY)
    assert stage.claim_one().id == "bad"


def spoil(stage: Stage, job_id: str) -> None:
    stage.client.delete(stage.key("run", job_id))
    stage.client.rpush(stage.key("run", job_id), "not ours")


def test_spoilt_bookkeeping_does_not_keep_a_job_from_running(stage: Stage) -> None:
    """Where a job's bookkeeping is something else, the job runs; what was there is put aside for 30 days."""
    stage.submit("a", "b", "c")
    spoil(stage, "b")
    claims = stage.claim(3)
    assert [claim.id for claim in claims] == ["a", "b", "c"]
    assert stage.exchange(*(ending(claim) for claim in claims)).verdicts == (SettleVerdict.SETTLED,) * 3
    assert stage.state("b") is State.SUCCEEDED
    assert stage.client.lrange(stage.key("aside", "b"), 0, -1) == [b"not ours"]
    assert 29 < stage.client.ttl(stage.key("aside", "b")) / 86_400 <= 30


def delete(stage: Stage, job_id: str) -> None:
    stage.client.delete(stage.key("run", job_id))


def without(field: str) -> Callable[[Stage, str], None]:
    return lambda stage, job_id: stage.client.hdel(stage.key("run", job_id), field)


@pytest.mark.parametrize("harm", [spoil, delete, without("state"), without("queue"), without("score")])
def test_a_running_job_without_bookkeeping(stage: Stage, harm: Callable[[Stage, str], None]) -> None:
    """Its settlement is stale, and once its lease has ended it is parked with the reason; a replay runs it."""
    stage.submit("a", "b")
    claims = stage.claim(2)
    harm(stage, "a")
    verdicts = stage.exchange(*(ending(claim) for claim in claims)).verdicts
    assert verdicts == (SettleVerdict.STALE, SettleVerdict.SETTLED)
    stage.wait(LEASE / 2)
    stage.beat()
    stage.wait(LEASE / 2)
    reply = stage.exchange(want=1)
    assert (reply.claims, [(lease.id, lease.given_up, lease.released) for lease in reply.lost]) == (
        (),
        [("a", False, False)],
    )
    assert (stage.find("a").state, stage.find("a").reason) == (State.PARKED, "its bookkeeping is incomplete")
    assert stage.send(stage.submission.replay("a")) == done(State.READY)


def test_spoilt_bookkeeping_of_a_scheduled_job(stage: Stage) -> None:
    """A scheduled job whose bookkeeping is something else becomes ready at its time."""
    stage.submit("a", delay=SECOND)
    spoil(stage, "a")
    stage.wait(SECOND)
    assert stage.claim_one().id == "a"


def test_strange_jobs_can_be_looked_at(stage: Stage) -> None:
    """Find, page and queues show what they can of jobs that cannot be read, and do not fail."""
    stage.submit("good", "bad")
    garbage(stage)
    spoil(stage, "bad")
    assert (stage.find("bad").state, stage.find("bad").raw, stage.find("bad").envelope) == (State.READY, GARBAGE, None)
    stage.settle(stage.claim(2)[1], Outcome.PARKED, detail="no head")
    for queue in ("", "default"):
        page = stage.send(stage.inspection.page(state=None, queue=queue, name="", cursor=None, limit=9))
        assert [(job.id, job.state) for job in page.jobs] == [("good", State.RUNNING), ("bad", State.PARKED)]
    (counts,) = stage.send(stage.inspection.queues())
    assert (counts.ready, counts.running) == (0, 1)
