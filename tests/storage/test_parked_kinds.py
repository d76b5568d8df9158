"""Parked jobs by kind: what one consumer could not run goes to another that can, and to no other."""

from collections.abc import Callable
from typing import Any

import pytest

from jobdefs.state import State
from jobdefs.storage.contract import Claim, Move, Outcome, Room, SettleVerdict
from tests.support.stage import HOUR, LEASE, Stage, ending, new_job

UNKNOWN = ":TEST_JOB"
MISFIT = "d1:TEST_JOB"


def announce(stage: Stage, holder: str = "able", **abilities: str) -> None:
    """Let a consumer say what it can run."""
    stage.send(stage.execution.announce(holder=holder, abilities=abilities))


def park(stage: Stage, *job_ids: str, kind: str = UNKNOWN, **options: object) -> None:
    """Have jobs parked by a consumer that cannot run them."""
    stage.submit(*job_ids, **options)
    queue = str(options.get("queue", "default"))
    for claim in stage.claim(len(job_ids), queues=[queue], holder="unable"):
        stage.settle(claim, Outcome.PARKED, kind=kind, detail="not here")


def claim(stage: Stage, holder: str = "able", want: int = 9, **options: object) -> list[str]:
    """Claim as a consumer; return the ids."""
    return [claim.id for claim in stage.claim(want, holder=holder, **options)]


def kinds(stage: Stage) -> list[str]:
    """Return every kind that the store keeps, and the jobs of each."""
    known = {kind.decode() for kind in stage.client.smembers(stage.key("parked_kinds"))}
    assert known == {key.decode().split(":", 2)[2] for key in stage.client.scan_iter(stage.key("parked", "*"))}
    return sorted(known)


def test_an_unknown_name_goes_to_whoever_knows_it(stage: Stage) -> None:
    """A job whose name nobody there knew is claimed by a consumer that announced it, and by none that did not."""
    park(stage, "a")
    announce(stage, "other", OTHER="d")
    announce(stage, "able", TEST_JOB="d")
    assert claim(stage, "silent") == claim(stage, "other") == claim(stage, "unable") == []
    found = stage.find("a")
    assert (found.state, found.reason) == (State.PARKED, "not here")
    (claimed,) = stage.claim(9, holder="able")
    assert (claimed.id, claimed.queue, claimed.suspect, claimed.failures) == ("a", "default", False, 0)
    assert (stage.indexes(), kinds(stage)) == ({"a": ["running"]}, [])
    assert stage.ledger() == {"enqueued": 1, "running": 1}
    assert stage.settle(claimed) is SettleVerdict.SETTLED


def test_who_announced_nothing_leaves_nothing(stage: Stage) -> None:
    """A consumer that has not said what it can run looks at no kind, and no place of its search is kept."""
    park(stage, "a")
    assert claim(stage, "silent") == []
    assert not stage.client.exists(stage.key("can", "silent"))


def test_a_misfit_goes_to_whoever_has_another_definition(stage: Stage) -> None:
    """A job that did not fit a definition is claimed by a consumer with another one of this name, not with the same."""
    park(stage, "a", kind=MISFIT)
    announce(stage, "same", TEST_JOB="d1")
    announce(stage, "another", TEST_JOB="d2")
    assert claim(stage, "same") == []
    assert claim(stage, "another") == ["a"]


@pytest.mark.parametrize("reader", ["v1.version", "v2"])
def test_what_a_newer_reader_wrote(stage: Stage, reader: str) -> None:
    """What a reader of one form could not read is claimed by readers of another form, whatever the name."""
    park(stage, "a", kind="v1:")
    stage.send(stage.execution.announce(holder="old", abilities={"": "v1", "TEST_JOB": "d"}))
    stage.send(stage.execution.announce(holder="new", abilities={"": reader}))
    assert claim(stage, "old") == []
    assert claim(stage, "new") == ["a"]


def test_a_name_may_hold_colons(stage: Stage) -> None:
    """The names of plain Huey tasks are names as any other."""
    park(stage, "a", name="huey:shop:mail", kind="plain:huey:shop:mail")
    stage.send(stage.execution.announce(holder="same", abilities={"huey:shop:mail": "plain"}))
    stage.send(stage.execution.announce(holder="able", abilities={"huey:shop:mail": "d"}))
    assert (claim(stage, "same"), claim(stage, "able")) == ([], ["a"])


@pytest.mark.parametrize("kind", ["", "TEST_JOB"])
def test_a_job_parked_without_a_kind_waits_for_a_hand(stage: Stage, kind: str) -> None:
    """A job that was parked without a word about who could run it is claimed by nobody until it is replayed."""
    park(stage, "a", kind=kind)
    announce(stage, TEST_JOB="d", **{"": "v9"})
    assert (claim(stage), kinds(stage)) == ([], [])
    stage.replay("a")
    assert claim(stage) == ["a"]


def test_only_the_queues_that_are_served(stage: Stage) -> None:
    """A parked job is claimed by a consumer that serves its queue."""
    park(stage, "a", queue="mail")
    announce(stage, TEST_JOB="d")
    assert claim(stage, queues=["default", "other"]) == []
    assert claim(stage, queues=["other", "mail"]) == ["a"]


def test_no_more_than_wanted(stage: Stage) -> None:
    """Parked jobs count among those wanted, come before the ready ones, and none is claimed where none is wanted."""
    park(stage, *"abc")
    stage.submit("d", "e")
    announce(stage, TEST_JOB="d")
    assert claim(stage, want=0) == claim(stage, want=0, suspects=1) == []
    assert claim(stage, want=2) == ["a", "b"]
    assert kinds(stage) == ["default::TEST_JOB"]
    assert claim(stage, want=2) == ["c", "d"]


def test_kinds_share_what_is_wanted(stage: Stage) -> None:
    """However many kinds fit, no more jobs are claimed than wanted, and the others stay parked."""
    for number in range(5):
        park(stage, f"a{number}", f"b{number}", kind=f"d{number}:TEST_JOB")
    announce(stage, TEST_JOB="d")
    found = [claim(stage, want=3) for _ in range(4)]
    assert [len(ids) for ids in found] == [3, 3, 3, 1]
    assert (len({job_id for ids in found for job_id in ids}), kinds(stage)) == (10, [])


def test_parked_jobs_keep_their_order(stage: Stage) -> None:
    """Parked jobs of one kind are claimed by priority and arrival, and go back to their place when released."""
    for job_id, priority in (("low", 0), ("high", 9), ("low2", 0)):
        park(stage, job_id, priority=priority)
    announce(stage, TEST_JOB="d")
    claims = stage.claim(9, holder="able")
    assert [claim.id for claim in claims] == ["high", "low", "low2"]
    stage.submit("later", priority=9)
    stage.exchange(*(ending(claim, Outcome.RELEASED) for claim in claims))
    assert claim(stage, "any") == ["high", "later", "low", "low2"]


def test_rooms_hold_for_parked_jobs(stage: Stage) -> None:
    """A consumer with room for one job of a name gets one in all, be it parked or ready; the others stay."""
    park(stage, "a", "b", name="X", kind=":X")
    stage.submit("c", name="X")
    stage.submit("d", name="Y")
    announce(stage, X="d")
    assert claim(stage, rooms=[Room(1, ("X",))]) == ["a", "d"]
    assert (stage.state("b"), kinds(stage)) == (State.PARKED, ["default::X"])
    assert claim(stage, rooms=[Room(0, ("X",))]) == []
    assert claim(stage) == ["b", "c"]


@pytest.mark.parametrize("move", ["cancel", "replay"])
def test_moved_by_hand_it_leaves_no_trace(stage: Stage, move: str) -> None:
    """A parked job that is cancelled or replayed is in no kind any more, and a kind without jobs is forgotten."""
    park(stage, "a", "b")
    moves = {"cancel": stage.cancel, "replay": stage.replay}
    assert moves[move]("a") == Move(True, {"cancel": State.CANCELLED, "replay": State.READY}[move])  # noqa: FBT003
    assert kinds(stage) == ["default::TEST_JOB"]
    assert stage.client.zrange(stage.key("parked", "default::TEST_JOB"), 0, -1) == [b"b"]
    moves[move]("b")
    assert kinds(stage) == []
    announce(stage, TEST_JOB="d")
    assert claim(stage) == (["a", "b"] if move == "replay" else [])
    assert stage.client.hexists(stage.key("run", "a"), "kind") == 0


def test_a_job_may_be_parked_again(stage: Stage) -> None:
    """Whoever claimed it may park it in turn, of another kind; only then its next reason and kind count."""
    park(stage, "a")
    announce(stage, "newer", TEST_JOB="d1")
    announce(stage, "newest", TEST_JOB="d2")
    stage.settle(stage.claim_one(holder="newer"), Outcome.PARKED, kind=MISFIT, detail="does not fit")
    assert (kinds(stage), stage.find("a").reason) == (["default:d1:TEST_JOB"], "does not fit")
    assert (claim(stage, "newer"), claim(stage, "newest")) == ([], ["a"])
    assert stage.ledger() == {"enqueued": 1, "running": 1}


def test_a_claimed_parked_job_may_get_lost(stage: Stage) -> None:
    """It is a job like any other from then on: lost, it is ready at its place, and told without the old reason."""
    park(stage, "a")
    announce(stage, TEST_JOB="d")
    stage.submit("b")
    assert claim(stage, want=1) == ["a"]
    stage.wait(LEASE)
    assert claim(stage, "any", want=1) == ["a"]
    assert (stage.find("a").reason, stage.find("a").finished_at_ms) == ("", None)


def test_a_repeat_gets_the_same_parked_jobs(stage: Stage) -> None:
    """A consumer whose reply got lost gets the parked jobs that it claimed, and no others."""
    park(stage, "a", "b")
    announce(stage, TEST_JOB="d")
    assert claim(stage, want=1, token="t1") == ["a"]
    assert claim(stage, want=1, token="t1", again=True) == ["a"]
    assert stage.state("b") is State.PARKED


def test_a_parked_suspect_goes_to_quarantine(stage: Stage) -> None:
    """A suspect that was parked is claimed by a consumer that can run it, but only by one that asks for suspects."""
    stage.submit("a")
    stage.lose(2)
    (suspect,) = stage.claim(0, suspects=1)
    stage.settle(suspect, Outcome.PARKED, kind=UNKNOWN)
    announce(stage, TEST_JOB="d")
    assert (claim(stage), stage.state("a"), kinds(stage)) == ([], State.SUSPECT, [])
    assert stage.ledger() == {"enqueued": 1, "suspect": 1}
    (claimed,) = stage.claim(0, suspects=1, holder="able")
    assert (claimed.id, claimed.suspect) == ("a", True)


def gone(stage: Stage) -> None:
    stage.client.delete(stage.key("job", "a"))


def not_a_string(stage: Stage) -> None:
    gone(stage)
    stage.client.rpush(stage.key("job", "a"), "not ours")


@pytest.mark.parametrize("harm", [gone, not_a_string])
def test_a_parked_job_that_cannot_be_handed_out(stage: Stage, harm: Callable[[Stage], None]) -> None:
    """It stays parked, of no kind and with the new reason, and the next one is claimed."""
    park(stage, "a", "b")
    harm(stage)
    announce(stage, TEST_JOB="d")
    assert claim(stage) == ["b"]
    assert (stage.find("a").state, stage.find("a").reason[:12]) == (State.PARKED, "its envelope")
    assert (kinds(stage), stage.ledger()) == ([], {"enqueued": 2, "parked": 1, "running": 1})


def test_a_kind_without_jobs_is_forgotten(stage: Stage) -> None:
    """A kind that was left behind without jobs goes when a consumer that could run them comes by."""
    stage.client.sadd(stage.key("parked_kinds"), "default::TEST_JOB")
    announce(stage, TEST_JOB="d")
    assert (claim(stage), kinds(stage)) == ([], [])


@pytest.mark.parametrize("rubbish", ["", "x", "default:d", b"\xff\x00", "::", "default::\n"])
def test_a_strange_kind_stops_nothing(stage: Stage, rubbish: str | bytes) -> None:
    """A kind that somebody wrote by hand keeps nobody from claiming what waits and what is parked."""
    stage.client.sadd(stage.key("parked_kinds"), rubbish)
    park(stage, "a")
    stage.submit("b")
    announce(stage, TEST_JOB="d")
    assert claim(stage, rooms=[Room(9, ("TEST_JOB",))]) == ["a", "b"]


def test_the_history_of_a_parked_job_goes_on(stage: Stage) -> None:
    """The attempts before and after the parking are counted and told as those of one job."""
    stage.submit("a")
    stage.settle(stage.claim_one(), Outcome.FAILED, failures=1)
    stage.settle(stage.claim_one(), Outcome.PARKED, kind=UNKNOWN)
    stage.wait(HOUR)
    announce(stage, TEST_JOB="d")
    claimed: Claim = stage.claim_one(holder="able")
    assert (claimed.failures, claimed.generation) == (1, 0)
    stage.settle(claimed)
    assert [event.name for event in stage.find("a").events] == ["enqueued", "running", "failed", "running", "succeeded"]


def test_a_scheduled_job_that_cannot_be_read_has_no_kind(stage: Stage) -> None:
    """What the store itself parked, since the bytes have no head, is claimed by nobody until somebody mends them."""
    stage.submit_all([new_job("a", delay=LEASE)])
    stage.client.set(stage.key("job", "a"), "garbage")
    stage.wait(LEASE)
    stage.send(stage.execution.announce(holder="able", abilities={"": "v9", "TEST_JOB": "d"}))
    assert (claim(stage), stage.state("a"), kinds(stage)) == ([], State.PARKED, [])


def asking_on(stage: Stage, **options: Any) -> list[str]:
    """Claim one by one, as long as more is said to remain; return the ids."""
    found: list[str] = []
    for _ in range(20):
        reply = stage.exchange(want=1, holder="able", **options)
        found += [claim.id for claim in reply.claims]
        if not reply.more:
            return found
    raise AssertionError("it never ends")


def test_every_kind_is_looked_at(stage: Stage) -> None:
    """Among many kinds a consumer that is new finds those that it can run by asking on while more is said to remain."""
    names = [f"NAME{number}" for number in range(400)]
    for name in names:
        park(stage, name.lower(), name=name, kind=f":{name}")
    announce(stage, NAME7="d", NAME390="d")
    stage.beat(holder="able")
    assert sorted(asking_on(stage)) == ["name390", "name7"]
    park(stage, "again", name="NAME7", kind=":NAME7")
    assert asking_on(stage) == ["again"]


def test_kinds_without_room_are_looked_at_again(stage: Stage) -> None:
    """What a consumer has no room for does not make it ask on, and is found once it has room."""
    for number in range(300):
        park(stage, f"n{number}", name=f"N{number}", kind=f":N{number}")
    announce(stage, N200="d")
    assert [asking_on(stage, rooms=[Room(room, ("N200",))]) for room in (0, 1)] == [[], ["n200"]]
