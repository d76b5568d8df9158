"""A request that got another job, since that held the unique key, is known as any other request."""

from datetime import timedelta

import pytest

from jobdefs.state import State
from jobdefs.storage.contract import NewJob, Receipt, SubmitVerdict
from jobdefs.unique import Conflict, UniqueLock
from tests.support.stage import MILLISECOND, Stage, new_job

ONE, OTHER = "0a1b2c", "0a1b2d"
CREATED, DUPLICATE, DIFFERENT = SubmitVerdict.CREATED, SubmitVerdict.DUPLICATE, SubmitVerdict.DIFFERENT
GIVING_WAY = pytest.mark.parametrize("conflict", [Conflict.EXISTING, Conflict.REPLACE])


def job(job_id: str, conflict: Conflict = Conflict.EXISTING, request: str = ONE) -> NewJob:
    return new_job(job_id, lock=UniqueLock(key="k", conflict=conflict), request=request)


def put(stage: Stage, made: NewJob) -> Receipt:
    (receipt,) = stage.submit_all([made])
    return receipt


def hold(stage: Stage) -> None:
    """Let a job take the key, and run."""
    put(stage, job("deadbeef"))
    stage.claim_one()


@GIVING_WAY
def test_the_same_again_gets_the_same(stage: Stage, conflict: Conflict) -> None:
    """The same request again is a duplicate of the same job, whatever became of that, and makes no second one."""
    hold(stage)
    assert put(stage, job("a", conflict)) == Receipt(DUPLICATE, "deadbeef", State.RUNNING)
    stage.cancel("deadbeef", timedelta(0))
    stage.wait(timedelta(minutes=1))
    stage.exchange()
    stage.exchange()
    assert put(stage, job("a", conflict)) == Receipt(DUPLICATE, "deadbeef", None)
    assert put(stage, job("a", conflict, request="")) == Receipt(DUPLICATE, "deadbeef", None)
    assert stage.state("a") is None


@GIVING_WAY
def test_another_request_is_different(stage: Stage, conflict: Conflict) -> None:
    """The same id for another request is refused, also when nobody holds the key any more."""
    hold(stage)
    put(stage, job("a", conflict))
    assert put(stage, job("a", conflict, request=OTHER)) == Receipt(DIFFERENT, "a", None)
    assert put(stage, new_job("a", request="deadbeef")) == Receipt(DIFFERENT, "a", None)


def test_it_is_known_for_a_day(stage: Stage) -> None:
    """What is kept of such a request goes after 24 hours, which asking again does not prolong."""
    hold(stage)
    put(stage, job("a"))
    tombstone = stage.key("tombstone", "a")
    assert timedelta(hours=23) < stage.client.pttl(tombstone) * MILLISECOND <= timedelta(hours=24)
    stage.client.pexpire(tombstone, 1_000)
    put(stage, job("a"))
    assert stage.client.pttl(tombstone) <= 1_000


@pytest.mark.parametrize(("conflict", "request_digest"), [(Conflict.ERROR, ONE), (Conflict.EXISTING, "")])
def test_an_error_leaves_no_trace(stage: Stage, conflict: Conflict, request_digest: str) -> None:
    """Whoever was refused with an error, or gave no digest, may use the id for anything."""
    hold(stage)
    before = stage.dump()
    assert put(stage, job("a", conflict, request_digest)).verdict is DUPLICATE
    assert stage.dump() == before
    assert put(stage, new_job("a", request=OTHER)).verdict is CREATED
