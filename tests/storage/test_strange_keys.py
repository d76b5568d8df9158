"""Keys that somebody wrote by hand stop nothing, and hide nothing."""

import pytest

from jobdefs.errors import StoreError
from jobdefs.state import State
from tests.support.stage import SECOND, Stage


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


def test_a_promotion_that_fails_loses_nothing(stage: Stage) -> None:
    """A due job whose queue's key is of a wrong type stays scheduled until that is mended."""
    stage.submit("a", delay=SECOND)
    stage.wait(2 * SECOND)
    stage.client.set(stage.key("ready", "default"), "rubbish")
    with pytest.raises(StoreError):
        stage.claim(1)
    stage.client.delete(stage.key("ready", "default"))
    assert stage.claim_one().id == "a"


def test_strange_bookkeeping_can_be_read(stage: Stage) -> None:
    """A job whose bookkeeping holds rubbish is shown for what it is."""
    stage.submit("a")
    rubbish = {"state": "dead", "failures": "x", "error": "[", "history": "rubbish\n", "finished_at_ms": "soon"}
    stage.client.hset(stage.key("run", "a"), mapping=rubbish)
    job = stage.find("a")
    assert (job.state, job.failures, job.finished_at_ms) == (State.DEAD, 0, None)
    assert job.error is not None
    assert (job.error.type, job.error.message) == ("unreadable", "[")
