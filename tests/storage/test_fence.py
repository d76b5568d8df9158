"""The fence: a number for other systems, by which they can tell a late holder from the present one."""

from jobdefs.state import State
from jobdefs.storage.contract import Outcome
from tests.support.stage import SECOND, Stage


def test_it_grows_with_every_claim(stage: Stage) -> None:
    """Whatever ended the attempt before, each claim of a job has a higher fence than all before; a replay too."""
    stage.submit("a")
    assert stage.claim_one().fence == 1
    stage.wait(stage.execution.lease)
    claim = stage.claim_one()
    stage.settle(claim, Outcome.FAILED, failures=1, delay=SECOND)
    stage.wait(SECOND)
    again = stage.claim_one()
    stage.settle(again, Outcome.RELEASED)
    released = stage.claim_one()
    stage.settle(released, Outcome.DEAD)
    stage.replay("a")
    assert [claim.fence, again.fence, released.fence, stage.claim_one().fence] == [2, 3, 4, 5]


def test_quarantine_and_parking_do_not_reset_it(stage: Stage) -> None:
    """It goes on through quarantine and through the hands of another consumer."""
    stage.submit("a")
    stage.lose(2)
    (suspect,) = stage.claim(0, suspects=1)
    stage.settle(suspect, Outcome.FAILED, failures=1)
    stage.settle(stage.claim_one(), Outcome.PARKED, kind=":TEST_JOB")
    stage.send(stage.execution.announce(holder="able", abilities={"TEST_JOB": "d"}))
    assert (suspect.fence, stage.claim_one(holder="able").fence) == (3, 5)


def test_a_repeat_has_the_same_fence(stage: Stage) -> None:
    """The repeat of a lost reply is the same claim: its fence is that of the first."""
    stage.submit("a")
    assert stage.claim_one(token="t1").fence == stage.claim_one(token="t1", again=True).fence == 1
    assert stage.state("a") is State.RUNNING
