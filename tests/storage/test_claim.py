"""Claims: who gets which jobs, and what a consumer gets that missed a reply."""

import threading

import attrs
import pytest

from jobdefs.state import State
from jobdefs.storage.contract import Claim, Outcome, Room, SettleVerdict
from jobdefs.storage.drivers import Store
from jobdefs.storage.keys import wake
from tests.support.stage import LEASE, NAMESPACE, SECOND, START_MS, Stage, ending, new_job


def ids(claims: tuple[Claim, ...]) -> list[str]:
    return [claim.id for claim in claims]


def test_a_claim_is_a_lease(stage: Stage) -> None:
    """A claimed job runs under the token that its consumer chose, until a lease from then."""
    stage.submit("a", payload=b'"p"')
    stage.wait(SECOND)
    reply = stage.exchange(want=1, token="mine", holder="h1")
    (claim,) = reply.claims
    assert (claim.id, claim.queue, claim.token, claim.claimed_at_ms) == ("a", "default", "mine", START_MS + 1_000)
    assert (claim.failures, claim.lost, claim.generation, claim.envelope) == (0, 0, 0, stage.find("a").raw)
    record = stage.find("a")
    assert (record.state, record.holder, record.claimed_at_ms) == (State.RUNNING, "h1", START_MS + 1_000)
    assert reply.next_due_ms == START_MS + 31_000


@pytest.mark.parametrize("length", [8_000, 8_192, 8_193, 200_000])
def test_a_long_envelope_is_read_apart(stage: Stage, length: int) -> None:
    """A claim brings no more than the beginning of an envelope, and the rest stands where it says."""
    head = len(new_job("a", payload=b"1").envelope) - 1 + len(f'"enqueued_at_ms":{START_MS},')
    stage.submit("a", payload=b"1" * (length - head))
    claim = stage.claim_one()
    rest = stage.store.read_from([stage.execution.envelope_key(claim)], len(claim.envelope))
    assert (len(claim.envelope), claim.is_cut) == (min(length, 8_192), length >= 8_192)
    assert claim.envelope + rest[0] == stage.find("a").raw
    assert len(stage.find("a").raw) == length


def test_a_job_is_claimed_once(stage: Stage, url: str) -> None:
    """Of several consumers that claim at the same time, no two get the same job, and together they get all."""
    stage.submit(*(f"j{number}" for number in range(300)))
    claimed: list[str] = []

    def consume(holder: str) -> None:
        store = Store(url)
        for round_number in range(200):
            call = stage.execution.exchange(queues=["default"], want=2, token=f"{holder}.{round_number}", holder=holder)
            claimed.extend(ids(store.send(call).claims))
        store.close()

    threads = [threading.Thread(target=consume, args=(f"h{number}",)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == sorted(f"j{number}" for number in range(300))


def test_queues_are_served_in_the_order_given(stage: Stage) -> None:
    """The first queue named is emptied first, whatever the priorities in the others; unnamed ones are left alone."""
    stage.submit("low", queue="low", priority=9)
    stage.submit("high1", "high2", queue="high")
    stage.submit("other", queue="other")
    assert ids(stage.claim(2, queues=["high", "low"])) == ["high1", "high2"]
    assert ids(stage.claim(9, queues=["high", "low"])) == ["low"]


@pytest.mark.parametrize("want", [0, 1, 3, 9])
def test_no_more_than_wanted(stage: Stage, want: int) -> None:
    """An exchange claims as many jobs as it wants, from all queues together, and says whether ready ones remain."""
    stage.submit("a", "b", "c", "d")
    stage.submit("e", "f", queue="other")
    reply = stage.exchange(want=want, queues=["default", "other"])
    assert ids(reply.claims) == ["a", "b", "c", "d", "e", "f"][:want]
    assert reply.more == (want < 6)


def test_a_room_bounds_the_claims_of_its_names_together(stage: Stage) -> None:
    """A consumer with room for two jobs of some names gets no more of them, and as many others as it wants."""
    for job_id, name in zip("abcdef", ["X", "Y", "X", "Z", "huey:t", "Y"], strict=True):
        stage.submit(job_id, name=name)
    claimed = stage.claim(9, rooms=[Room(2, ("X", "Y")), Room(0, ("huey:",))])
    assert ids(claimed) == ["a", "b", "d"]
    assert ids(stage.claim(9)) == ["c", "e", "f"]


def test_skipped_names_stay_where_they_are(stage: Stage) -> None:
    """Jobs whose names a consumer skips are left in their places for others; ``huey:`` skips all plain tasks."""
    names = {"a": "X", "b": "huey:x", "c": "Y", "d": "huey:y", "e": "huey", "f": "X"}
    stage.submit_all([new_job(job_id, name=name) for job_id, name in names.items()])
    assert ids(stage.claim(1, rooms=[Room(0, ("X", "huey:"))])) == ["c"]
    assert ids(stage.claim(9, rooms=[Room(0, ("X", "huey:"))])) == ["e"]
    assert ids(stage.claim(9)) == ["a", "b", "d", "f"]


def test_skipped_names_are_looked_past(stage: Stage) -> None:
    """A hundred jobs of a skipped name at the head of a queue do not hide the one behind them."""
    stage.submit(*(f"x{number}" for number in range(100)), name="X")
    stage.submit("y", name="Y")
    assert ids(stage.claim(1, rooms=[Room(0, ("X",))])) == ["y"]


def test_a_claim_counts_what_went_before(stage: Stage) -> None:
    """A claim tells the failures and replays that its job has behind it."""
    stage.submit("a")
    stage.settle(stage.claim_one(), Outcome.FAILED, failures=1)
    assert stage.claim_one().failures == 1
    stage.wait(LEASE)
    claim = stage.claim_one()
    assert (claim.failures, claim.lost, claim.generation) == (1, 1, 0)
    stage.settle(claim, Outcome.DEAD, failures=2)
    stage.send(stage.submission.replay("a"))
    claim = stage.claim_one()
    assert (claim.failures, claim.lost, claim.generation) == (0, 0, 1)


def test_the_repeat_of_a_lost_call_gets_the_same_reply(stage: Stage) -> None:
    """A consumer that got no reply asks again: the same claims, under leases that begin anew, and its verdicts."""
    stage.submit("a", "b", "c", "d")
    done, late = stage.claim(2)
    late = attrs.evolve(late, token="of somebody else")
    lost = stage.exchange(ending(done), ending(late), want=1, token="t1")
    stage.wait(LEASE / 2)
    again = stage.exchange(ending(done), ending(late), want=1, token="t1", again=True)
    assert ids(again.claims) == ids(lost.claims) == ["c"]
    assert lost.verdicts == (SettleVerdict.SETTLED, SettleVerdict.STALE)
    assert again.verdicts == (SettleVerdict.REPEATED, SettleVerdict.STALE)
    assert stage.client.zscore(stage.key("leases"), "c") == stage.now_ms + 30_000


def test_a_repeated_verdict_survives_a_new_claim(stage: Stage) -> None:
    """A settlement that was taken in is no stale one for its repeat, even if somebody holds the job again by then."""
    stage.submit("a")
    settlement = ending(stage.claim_one(), Outcome.FAILED, failures=1)
    lost = stage.exchange(settlement, token="t1", want=1)
    assert ids(lost.claims) == ["a"]
    again = stage.exchange(settlement, token="t1", want=1, again=True)
    assert (again.verdicts, ids(again.claims)) == ((SettleVerdict.REPEATED,), ["a"])
    assert stage.find("a").failures == 1


def test_a_repeated_verdict_survives_another_holder(stage: Stage) -> None:
    """The same holds where the lost call claimed nothing, and another consumer claimed the job before the repeat."""
    stage.submit("a")
    settlement = ending(stage.claim_one(), Outcome.RELEASED)
    stage.exchange(settlement, token="t1")
    claim = stage.claim_one(holder="other")
    assert stage.exchange(settlement, token="t1", again=True).verdicts == (SettleVerdict.REPEATED,)
    assert stage.settle(claim) is SettleVerdict.SETTLED


def test_the_repeat_of_a_call_that_never_arrived(stage: Stage) -> None:
    """A repeat whose first call was lost on its way there is done as if it were the first."""
    stage.submit("a", "b")
    settlement = ending(stage.claim_one())
    reply = stage.exchange(settlement, token="t1", want=1, again=True)
    assert (reply.verdicts, ids(reply.claims)) == ((SettleVerdict.SETTLED,), ["b"])


def test_a_first_call_never_gets_earlier_claims(stage: Stage) -> None:
    """A call that is no repeat gets new jobs only; one that arrives after its own repeat gets none, nor takes any."""
    stage.submit("a", "b", "c")
    assert ids(stage.claim(1, token="t1")) == ["a"]
    assert ids(stage.claim(1, token="t2")) == ["b"]
    stage.exchange(want=0, token="t3", again=True)
    assert ids(stage.claim(1, token="t3")) == []
    assert stage.state("c") is State.READY


def test_a_repeat_does_not_get_what_was_lost_since(stage: Stage) -> None:
    """Jobs whose leases ended before the repeat belong to whoever has them now."""
    stage.submit("a")
    stage.claim(1, token="t1")
    stage.wait(LEASE)
    assert ids(stage.claim(1, token="t2", holder="other")) == ["a"]
    assert ids(stage.claim(1, token="t1", again=True)) == []


def marker(stage: Stage) -> float | None:
    score: float | None = stage.client.zscore(wake(NAMESPACE, "default"), "now")
    stage.client.delete(wake(NAMESPACE, "default"))
    return score


def test_markers_wake_consumers(stage: Stage) -> None:
    """The marker says when to look: at once for a ready job, at its time for a delayed one, whichever is earlier."""
    stage.submit("later", delay=9 * SECOND)
    stage.submit("soon", delay=SECOND)
    assert marker(stage) == START_MS + 1_000
    stage.submit("soon2", delay=SECOND)
    stage.submit("a")
    assert marker(stage) == 0


def test_markers_chain(stage: Stage) -> None:
    """Whoever leaves jobs, be it for want of room, wakes the next; whoever takes the last does not."""
    stage.submit("a", "b", "c", name="X")
    marker(stage)
    stage.claim(1)
    assert marker(stage) == 0
    assert stage.claim(1, rooms=[Room(0, ("X",))]) == ()
    assert marker(stage) == 0
    stage.exchange(want=0)
    assert marker(stage) == 0
    stage.claim(2)
    assert marker(stage) is None


def test_the_reply_says_when_to_look_again(stage: Stage) -> None:
    """The next moment to look is the earliest end of a lease or time of a scheduled job in these queues, if any."""
    assert stage.exchange().next_due_ms is None
    stage.submit("other", queue="other", delay=SECOND)
    stage.submit("a", delay=5 * SECOND)
    assert stage.exchange().next_due_ms == START_MS + 5_000
    assert stage.exchange(queues=["default", "other"]).next_due_ms == START_MS + 1_000
    assert stage.exchange(queues=[]).next_due_ms is None
