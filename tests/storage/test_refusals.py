"""Who refused a job is kept with it, so that it goes from one consumer to the next and never in a circle."""

from jobdefs.state import State
from jobdefs.storage.contract import Outcome
from tests.support.stage import Stage

MOST = 100


def announce(stage: Stage, *builds: str) -> None:
    """Let consumers say that they know the name, each by a digest that is its own name."""
    for build in builds:
        stage.send(stage.execution.announce(holder=build, abilities={"": "v1", "TEST_JOB": build}))


def refuse(stage: Stage, build: str, kind: str | None = None) -> bool:
    """Let a consumer claim and refuse the one job there is; whether it got it."""
    claims = stage.claim(9, holder=build)
    for claim in claims:
        stage.settle(claim, Outcome.PARKED, kind=f"{build}:TEST_JOB" if kind is None else kind)
    return bool(claims)


def kinds(stage: Stage) -> list[bytes]:
    return sorted(stage.client.smembers(stage.key("parked_kinds")))


def test_two_builds_refuse_a_job_once_each(stage: Stage) -> None:
    """What neither of two builds can run is claimed once by each; a third one gets it yet."""
    announce(stage, "a", "b", "c")
    stage.submit("job")
    got = [refuse(stage, build) for build in "babababa"]
    assert (got, stage.state("job")) == ([True, True] + 6 * [False], State.PARKED)
    assert kinds(stage) == [b"default:a+b:TEST_JOB"]
    assert stage.claim_one(holder="c").fence == 3


def test_a_refusal_outlives_other_consumers(stage: Stage) -> None:
    """One that does not know the name adds nothing, and what the others said stays."""
    announce(stage, "a", "b")
    stage.submit("job")
    refuse(stage, "a")
    stage.settle(stage.claim_one(holder="b"), Outcome.PARKED, kind=":TEST_JOB")
    assert kinds(stage) == [b"default:a:TEST_JOB"]
    assert (refuse(stage, "a"), refuse(stage, "b"), refuse(stage, "b")) == (False, True, False)


def test_a_digest_is_compared_whole(stage: Stage) -> None:
    """A digest that is part of one that refused did not refuse."""
    announce(stage, "abc", "b")
    stage.submit("job")
    refuse(stage, "abc")
    assert refuse(stage, "b")


def test_readers_of_other_versions(stage: Stage) -> None:
    """What an old reader cannot read, and a new one does not know, goes back to no old reader."""
    announce(stage, "old")
    stage.send(stage.execution.announce(holder="new", abilities={"": "v2"}))
    stage.submit("job")
    assert refuse(stage, "old", "v1:")
    assert refuse(stage, "new", ":TEST_JOB")
    assert not any(refuse(stage, build) for build in ("old", "new", "old", "new"))
    stage.send(stage.execution.announce(holder="both", abilities={"": "v2", "TEST_JOB": "both"}))
    assert refuse(stage, "both")


def test_too_many_refusals(stage: Stage) -> None:
    """What so many builds refused is offered to no further one, and says so; a replay offers it to all of them anew."""
    builds = [f"build{number:03}" for number in range(MOST + 2)]
    announce(stage, *builds)
    stage.submit("job")
    assert [refuse(stage, build) for build in builds] == [True] * (MOST + 1) + [False]
    assert (stage.state("job"), kinds(stage)) == (State.PARKED, [])
    assert "more than 100 builds have refused it" in stage.find("job").reason
    stage.replay("job")
    assert refuse(stage, builds[0])
    assert kinds(stage) == [b"default:build000:TEST_JOB"]
