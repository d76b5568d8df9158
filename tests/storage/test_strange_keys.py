"""Keys that somebody wrote by hand stop nothing, and hide nothing."""

import pytest

from jobdefs.errors import StoreError
from jobdefs.state import State
from jobdefs.unique import Conflict, UniqueLock
from tests.support.stage import LEASE, SECOND, Stage


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


def test_a_replacement_that_fails_leaves_the_old_one(stage: Stage) -> None:
    """Where a job cannot be put in, the one that it would have replaced still waits."""
    lock = UniqueLock(key="k", conflict=Conflict.REPLACE)
    stage.submit("a", delay=SECOND, lock=lock)
    stage.client.set(stage.key("ready", "default"), "rubbish")
    before = stage.dump()
    with pytest.raises(StoreError):
        stage.submit("b", lock=lock)
    assert stage.dump() == before


def test_a_promotion_that_fails_loses_nothing(stage: Stage) -> None:
    """A due job whose queue's key is of a wrong type stays scheduled until that is mended."""
    stage.submit("a", delay=SECOND)
    stage.wait(2 * SECOND)
    stage.client.set(stage.key("ready", "default"), "rubbish")
    with pytest.raises(StoreError):
        stage.claim(1)
    stage.client.delete(stage.key("ready", "default"))
    assert stage.claim_one().id == "a"


@pytest.mark.parametrize("times", [1, 2])
def test_a_reclaim_that_fails_loses_nothing(stage: Stage, times: int) -> None:
    """A lost job whose place is a key of a wrong type runs on paper until that is mended, and is counted once."""
    stage.submit("a")
    if times > 1:
        stage.lose()
    stage.claim_one()
    stage.wait(LEASE)
    place = stage.key({1: "ready", 2: "suspect"}[times], "default")
    stage.client.set(place, "rubbish")
    for _ in range(3):
        with pytest.raises(StoreError):
            stage.exchange(queues=[])
    assert stage.find("a").state is State.RUNNING
    stage.client.delete(place)
    assert [lease.holder for lease in stage.exchange().lost] == ["h"]
    assert (stage.find("a").lost, stage.find("a").state) == (times, {1: State.READY, 2: State.SUSPECT}[times])
    assert [event.name for event in stage.find("a").events] == ["enqueued", *["running", "lost"] * times]


def test_strange_bookkeeping_can_be_read(stage: Stage) -> None:
    """A job whose bookkeeping holds rubbish is shown for what it is."""
    stage.submit("a")
    rubbish = {"state": "dead", "failures": "x", "error": "[", "history": "rubbish\n", "finished_at_ms": "soon"}
    stage.client.hset(stage.key("run", "a"), mapping=rubbish)
    job = stage.find("a")
    assert (job.state, job.failures, job.finished_at_ms) == (State.DEAD, 0, None)
    assert job.error is not None
    assert (job.error.type, job.error.message) == ("unreadable", "[")
