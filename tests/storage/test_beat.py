"""Beats: what a consumer says of itself, and what it hears."""

from jobdefs.storage import keys
from jobdefs.storage.contract import Beat, Lease
from tests.support.stage import LEASE, SECOND, START_MS, Stage


def test_a_beat_without_news(stage: Stage) -> None:
    """A consumer that holds nothing and announced nothing, before anybody opened the key space, hears just that."""
    assert stage.beat() == Beat(lost=(), cancelled=(), epoch="", announced=False)


def test_a_beat_tells_the_epoch(stage: Stage) -> None:
    """A beat tells which key space answered: none where it was emptied, another one where it was made anew."""
    stage.send(stage.inspection.open("first"))
    assert stage.beat().epoch == "first"
    stage.client.flushall()
    assert stage.beat().epoch == ""
    stage.send(stage.inspection.open("second"))
    assert stage.beat().epoch == "second"


def test_a_beat_tells_the_version(stage: Stage) -> None:
    """A beat tells the version of the key space, 0 where it was emptied."""
    stage.send(stage.inspection.open("first"))
    assert stage.beat().schema == keys.SCHEMA
    stage.client.hset(stage.key("meta"), "schema", 99)
    assert stage.beat().schema == 99
    stage.client.flushall()
    assert stage.beat().schema == 0


def test_a_beat_tells_everything_at_once(stage: Stage) -> None:
    """Lost and cancelled jobs are told apart, in the order in which the caller named them."""
    stage.submit(*"abcd")
    claims = stage.claim(4)
    stage.cancel("c")
    stage.cancel("a")
    stage.settle(claims[1])
    stage.settle(claims[3])
    beat = stage.beat(*claims)
    told = [[lease.id for lease in leases] for leases in (beat.lost, beat.cancelled)]
    assert told == [["b", "d"], ["a", "c"]]


def test_a_beat_extends_what_is_to_be_cancelled(stage: Stage) -> None:
    """A job that somebody wants cancelled keeps its lease while its consumer ends it."""
    stage.submit("a")
    claim = stage.claim_one()
    stage.cancel("a")
    stage.wait(LEASE - SECOND)
    stage.beat(claim)
    assert stage.client.zscore(stage.key("leases"), "a") == START_MS + 59_000


def test_odd_ids_come_back_as_they_went(stage: Stage) -> None:
    """An id that is no text at all is told as lost, as it was named."""
    call = stage.execution.beat(holder="h", held=[Lease("\udcff", "t"), Lease("", "t"), Lease("a b", "t")])
    assert [lease.id for lease in stage.send(call).lost] == ["\udcff", "", "a b"]
