"""Announcements: consumers say what they can run, so that parked jobs find them."""

from jobdefs.storage.contract import Outcome
from tests.support.stage import LEASE, MILLISECOND, Stage


def announce(stage: Stage, holder: str = "able", **abilities: str) -> None:
    """Let a consumer say what it can run."""
    stage.send(stage.execution.announce(holder=holder, abilities=abilities))


def park(stage: Stage, job_id: str, kind: str = ":TEST_JOB") -> None:
    """Have a job parked by a consumer that cannot run it."""
    stage.submit(job_id)
    stage.settle(stage.claim_one(holder="unable"), Outcome.PARKED, kind=kind)


def claim(stage: Stage) -> list[str]:
    """Claim as a consumer that announced something; return the ids."""
    return [claim.id for claim in stage.claim(9, holder="able")]


def marker(stage: Stage, holder: str) -> float | None:
    score: float | None = stage.client.zscore(stage.key("wake", f"@{holder}"), "now")
    return score


def test_parking_wakes_a_consumer_that_can(stage: Stage) -> None:
    """When a job is parked, a consumer that announced its name and beats is woken by its own marker, and no other."""
    for holder, digest in (("same", "d1"), ("able", "d2")):
        announce(stage, holder, TEST_JOB=digest)
        stage.beat(holder=holder)
    announce(stage, "gone", TEST_JOB="d3")
    stage.beat(holder="other")
    park(stage, "a", kind="d1:TEST_JOB")
    assert marker(stage, "able") == 0
    assert [marker(stage, holder) for holder in ("same", "gone", "other", "unable")] == [None] * 4
    assert 0 < stage.client.ttl(stage.key("wake", "@able")) <= 600


def test_the_one_that_beat_last_is_woken(stage: Stage) -> None:
    """Of several consumers that can, the one that was heard of last is woken, since it is the likeliest to be there."""
    for holder in ("old", "young"):
        announce(stage, holder, TEST_JOB="d")
        stage.beat(holder=holder)
        stage.wait(MILLISECOND)
    park(stage, "a")
    assert (marker(stage, "old"), marker(stage, "young")) == (None, 0)


def test_abilities_are_forgotten_with_their_consumer(stage: Stage) -> None:
    """What a consumer can run is kept in mind for ten leases after its last beat, which says whether it still is."""
    assert stage.beat(holder="able").announced is False
    announce(stage, TEST_JOB="d")
    can = stage.key("can", "able")
    assert 9 * LEASE < stage.client.pttl(can) * MILLISECOND <= 10 * LEASE
    stage.client.pexpire(can, 1_000)
    assert stage.beat(holder="other").announced is False
    assert stage.client.pttl(can) <= 1_000
    assert stage.beat(holder="able").announced is True
    assert 9 * LEASE < stage.client.pttl(can) * MILLISECOND <= 10 * LEASE
    stage.client.delete(can)
    assert stage.beat(holder="able").announced is False


def test_an_announcement_takes_the_place_of_the_last(stage: Stage) -> None:
    """A consumer can run what it said last: what it no longer names is not claimed by it."""
    park(stage, "a")
    announce(stage, TEST_JOB="d")
    announce(stage, OTHER="d")
    assert claim(stage) == []
    assert stage.client.hgetall(stage.key("can", "able")) == {b"@lease": b"30000", b"@kinds": b"seen", b"OTHER": b"d"}


def test_a_strange_announcement_stops_nothing(stage: Stage) -> None:
    """Where a consumer's abilities are of a wrong type, parking, claiming and beating go on."""
    stage.client.set(stage.key("can", "able"), "not ours")
    stage.beat(holder="able")
    park(stage, "a")
    stage.submit("b")
    assert claim(stage) == ["b"]
