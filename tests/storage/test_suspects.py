"""Suspects: jobs whose holders vanish are set apart, and nothing is ever condemned for it."""

from datetime import timedelta

import pytest

from jobdefs.state import State
from jobdefs.storage.contract import Claim, Exchange, LostLease, Outcome, SettleVerdict
from tests.support.stage import LEASE, SECOND, START_MS, Stage, ending


def suspects(stage: Stage, *job_ids: str) -> None:
    """Make suspects, in this order."""
    for job_id in job_ids:
        stage.submit(job_id)
        stage.lose(2)


def claim_suspect(stage: Stage) -> Claim:
    """Claim the one next suspect."""
    (claim,) = stage.claim(0, suspects=1)
    return claim


def test_one_loss_is_no_suspicion(stage: Stage) -> None:
    """A job whose holder vanished once stands in its old place in the queue, before those that came after it."""
    stage.submit("a", "b")
    stage.lose()
    assert (stage.state("a"), stage.ledger()) == (State.READY, {"enqueued": 2, "ready": 2})
    assert [(claim.id, claim.lost, claim.suspect) for claim in stage.claim(2)] == [("a", 1, False), ("b", 0, False)]


def test_two_losses_in_a_row_make_a_suspect(stage: Stage) -> None:
    """A job whose holder vanished twice in a row is a suspect: only whoever asks for suspects claims it."""
    suspects(stage, "a")
    assert (stage.state("a"), stage.indexes()) == (State.SUSPECT, {"a": ["suspect"]})
    assert stage.ledger() == {"enqueued": 1, "suspect": 1}
    assert stage.claim(9) == ()
    claim = claim_suspect(stage)
    assert (claim.id, claim.queue, claim.suspect, claim.lost, claim.failures) == ("a", "default", True, 2, 0)
    assert stage.find("a").state is State.RUNNING
    assert (stage.settle(claim), stage.ledger()) == (SettleVerdict.SETTLED, {"enqueued": 1, "succeeded": 1})


def test_suspects_are_claimed_oldest_first(stage: Stage) -> None:
    """Suspects come in the order in which they became such, whatever their priorities, and no more than asked for."""
    stage.submit("first", priority=0)
    stage.lose(2)
    stage.submit("second", priority=9)
    stage.lose(2)
    suspects(stage, "third")
    stage.submit("plain")
    claims = stage.claim(9, suspects=2)
    assert [(claim.id, claim.suspect) for claim in claims] == [("plain", False), ("first", True), ("second", True)]
    assert [claim.id for claim in stage.claim(0, suspects=2)] == ["third"]


def test_suspects_are_claimed_from_the_queues_given(stage: Stage) -> None:
    """Suspects of other queues are left alone; those of the first queue named come first, as many as asked for."""
    for queue in ("low", "high", "other"):
        stage.submit(queue, queue=queue)
        stage.lose(2, queues=[queue])
    assert [claim.id for claim in stage.claim(0, suspects=1, queues=["high", "low"])] == ["high"]
    assert [claim.id for claim in stage.claim(0, suspects=2, queues=["high", "low"])] == ["low"]
    assert stage.state("other") is State.SUSPECT


def test_remaining_suspects_are_told(stage: Stage) -> None:
    """A reply says whether suspects remain in these queues, apart from whether ready jobs do."""
    suspects(stage, "a", "b")
    assert stage.exchange().more_suspects
    assert not stage.exchange(queues=["other"]).more_suspects
    reply = stage.exchange(suspects=1)
    assert (reply.more, reply.more_suspects) == (False, True)
    assert not stage.exchange(suspects=1).more_suspects


def test_a_suspect_wakes_a_consumer_of_its_queue(stage: Stage) -> None:
    """When a job becomes a suspect, somebody who serves its queue is woken."""
    stage.submit("a", queue="mail")
    stage.lose(queues=["mail"])
    stage.claim_one(queues=["mail"])
    stage.wait(LEASE)
    stage.client.delete(stage.key("wake", "mail"))
    stage.exchange()
    assert stage.client.zscore(stage.key("wake", "mail"), "now") == 0


@pytest.mark.parametrize(
    ("outcome", "state"),
    [(Outcome.FAILED, State.READY), (Outcome.SNOOZED, State.READY), (Outcome.SUCCEEDED, State.SUCCEEDED)],
)
def test_an_attempt_that_ends_clears_a_suspect(stage: Stage, outcome: Outcome, state: State) -> None:
    """A suspect whose attempt comes to an end of its own is one no longer: it waits, if it does, among all others."""
    suspects(stage, "a")
    stage.settle(claim_suspect(stage), outcome, failures=1)
    assert (stage.state("a"), stage.ledger()) == (state, {"enqueued": 1, state.value: 1})
    if not state.final:
        stage.lose()
        assert stage.claim_one().suspect is False


def test_a_suspect_that_waits_for_its_retry_is_none(stage: Stage) -> None:
    """The same holds for one that failed and waits: at its time it is ready, at the end of its queue."""
    suspects(stage, "a")
    stage.settle(claim_suspect(stage), Outcome.FAILED, failures=1, delay=SECOND)
    assert stage.state("a") is State.SCHEDULED
    stage.wait(SECOND)
    assert [(claim.id, claim.suspect) for claim in stage.claim()] == [("a", False)]


def test_a_failure_between_two_losses_clears(stage: Stage) -> None:
    """Only losses in a row count: a job that failed in between has to be lost twice again."""
    stage.submit("a")
    stage.lose()
    stage.settle(stage.claim_one(), Outcome.FAILED, failures=1)
    stage.lose()
    assert stage.state("a") is State.READY
    stage.lose()
    assert (stage.state("a"), stage.find("a").lost) == (State.SUSPECT, 3)


def test_a_handed_back_job_is_not_cleared(stage: Stage) -> None:
    """A job that was handed back without having run says nothing of itself: the next loss is still the second."""
    stage.submit("a")
    stage.lose()
    stage.settle(stage.claim_one(), Outcome.RELEASED)
    stage.lose()
    assert stage.state("a") is State.SUSPECT


def test_a_released_suspect_stays_one(stage: Stage) -> None:
    """A suspect that is handed back is a suspect as before, behind the others, and nothing is counted."""
    suspects(stage, "a", "b")
    stage.settle(claim_suspect(stage), Outcome.RELEASED)
    assert (stage.state("a"), stage.ledger()) == (State.SUSPECT, {"enqueued": 2, "suspect": 2})
    assert [(claim.id, claim.suspect, claim.lost) for claim in stage.claim(9, suspects=2)] == [
        ("b", True, 2),
        ("a", True, 2),
    ]


def lose_suspect(stage: Stage, times: int) -> Exchange:
    """Claim the one suspect and vanish, several times; return the exchange that notices the last loss."""
    for _ in range(times):
        claim_suspect(stage)
        stage.wait(LEASE)
        reply = stage.exchange()
    return reply


def test_a_vanished_consumer_condemns_nobody(stage: Stage) -> None:
    """A suspect whose holder vanishes waits for the next; its end is not decided by that."""
    suspects(stage, "a")
    (lease,) = lose_suspect(stage, 17).lost
    record = stage.find("a")
    assert (record.state, record.lost, record.failures, record.error) == (State.SUSPECT, 19, 0, None)
    assert (lease.given_up, stage.ledger()) == (False, {"enqueued": 1, "suspect": 1})
    assert stage.settle(claim_suspect(stage)) is SettleVerdict.SETTLED


def test_twenty_losses_park(stage: Stage) -> None:
    """A job that takes its consumers down from quarantine, too, is parked for a person, and whoever notices is told."""
    suspects(stage, "a")
    (lease,) = lose_suspect(stage, 18).lost
    record = stage.find("a")
    assert (record.state, record.lost, lease.given_up) == (State.PARKED, 20, True)
    assert record.reason.startswith("its consumers vanished 20 times in a row")
    assert (stage.indexes(), stage.ledger()) == ({"a": ["parked"]}, {"enqueued": 1, "parked": 1})
    stage.replay("a")
    claim = stage.claim_one()
    assert (claim.suspect, claim.lost) == (False, 0)


@pytest.mark.parametrize("delay", [timedelta(0), SECOND])
def test_who_had_to_be_killed_stays_a_suspect(stage: Stage, delay: timedelta) -> None:
    """A suspect that failed because its process had to be killed runs again in quarantine, after its delay."""
    suspects(stage, "a")
    stage.settle(claim_suspect(stage), Outcome.FAILED, failures=1, delay=delay, own_end=False)
    assert stage.state("a") is (State.SCHEDULED if delay else State.SUSPECT)
    stage.wait(delay)
    assert (stage.claim(9), stage.indexes()) == ((), {"a": ["suspect"]})
    assert stage.ledger() == {"enqueued": 1, "suspect": 1}
    claim = claim_suspect(stage)
    assert (claim.suspect, claim.failures, claim.lost) == (True, 1, 2)
    stage.settle(claim, Outcome.FAILED, failures=2)
    assert stage.state("a") is State.READY


def test_a_cleared_suspect_keeps_its_priority(stage: Stage) -> None:
    """Quarantine does not change where a job belongs in its queue: cleared, it waits with its own priority."""
    stage.submit("a", priority=5)
    stage.lose(2)
    stage.submit("urgent", priority=9)
    stage.submit("low", priority=1)
    stage.settle(claim_suspect(stage), Outcome.FAILED, failures=1)
    assert [claim.id for claim in stage.claim(3)] == ["urgent", "a", "low"]


def test_a_replay_clears(stage: Stage) -> None:
    """A suspect that was cancelled or died, and is replayed, begins anew: it is claimed as any other."""
    suspects(stage, "a")
    stage.cancel("a")
    stage.replay("a")
    assert (stage.claim_one().suspect, stage.find("a").lost) == (False, 0)
    stage.wait(LEASE)
    assert stage.claim_one().suspect is False


def test_a_repeat_gets_the_same_suspects(stage: Stage) -> None:
    """A consumer whose reply got lost asks again and gets the same suspect, told as one."""
    suspects(stage, "a", "b")
    stage.submit("c")
    lost = stage.exchange(want=1, suspects=1, token="t1")
    again = stage.exchange(want=1, suspects=1, token="t1", again=True)
    assert [(claim.id, claim.suspect) for claim in again.claims] == [("c", False), ("a", True)]
    assert again.claims == lost.claims
    assert stage.state("b") is State.SUSPECT


def test_lost_leases_are_told(stage: Stage) -> None:
    """Whoever takes a lease away is told whose it was, and how long nothing was heard of him; unknown if never."""
    stage.submit("a", "b")
    stage.claim_one(holder="beating")
    stage.claim_one(holder="silent")
    stage.beat(holder="beating")
    stage.wait(LEASE / 2)
    stage.beat()
    stage.wait(LEASE / 2)
    lost = stage.exchange().lost
    assert lost == (LostLease("a", "beating", timedelta(seconds=30)), LostLease("b", "silent", None))
    assert stage.exchange().lost == ()


def test_a_job_without_bookkeeping_is_told_too(stage: Stage) -> None:
    """A lease whose bookkeeping is gone is told with no holder, and its job is parked."""
    stage.submit("a")
    stage.claim_one()
    stage.client.delete(stage.key("run", "a"))
    stage.wait(LEASE)
    assert stage.exchange().lost == (LostLease("a", "", None),)
    assert (stage.state("a"), stage.ledger()) == (State.PARKED, {"enqueued": 1, "parked": 1})


def test_a_suspect_that_nobody_can_read_is_parked(stage: Stage) -> None:
    """A suspect whose envelope has gone meanwhile is parked with the reason, when its turn comes."""
    suspects(stage, "a", "b")
    stage.client.delete(stage.key("job", "a"))
    assert [claim.id for claim in stage.claim(0, suspects=2)] == ["b"]
    assert (stage.find("a").state, stage.find("a").reason) == (State.PARKED, "its envelope is gone")
    assert stage.ledger() == {"enqueued": 2, "parked": 1, "running": 1}


def test_quarantine_is_part_of_the_story(stage: Stage) -> None:
    """The events of a suspect tell each loss with its holder, and the attempt that came to an end."""
    suspects(stage, "a")
    stage.exchange(ending(claim_suspect(stage)))
    events = [(event.name, event.at_ms - START_MS, event.detail) for event in stage.find("a").events]
    assert events == [
        ("enqueued", 0, ""),
        ("running", 0, ""),
        ("lost", 30_000, "vanishing"),
        ("running", 30_000, ""),
        ("lost", 60_000, "vanishing"),
        ("running", 60_000, "h"),
        ("succeeded", 60_000, ""),
    ]
