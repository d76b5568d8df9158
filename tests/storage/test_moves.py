"""Cancel and replay: what people do to jobs."""

from collections.abc import Callable
from functools import partial

import pytest

from jobdefs.state import CANCELLABLE, FINAL, REPLAYABLE, State
from jobdefs.storage.contract import Claim, Move, Outcome
from tests.support.stage import HOUR, LEASE, SECOND, START_MS, Stage


def settled(outcome: Outcome) -> Callable[[Stage], None]:
    def put(stage: Stage) -> None:
        stage.submit("a")
        stage.settle(
            stage.claim_one(), outcome, failures=1, error=b'{"type":"E","message":"m"}', result=b"1", detail="why"
        )

    return put


def ready(stage: Stage) -> None:
    stage.submit("a")


def scheduled(stage: Stage) -> None:
    stage.submit("a", delay=SECOND)


def running(stage: Stage) -> None:
    stage.submit("a")
    stage.claim_one()


def suspect(stage: Stage) -> None:
    stage.submit("a")
    for _ in range(2):
        stage.claim_one()
        stage.wait(LEASE)
    stage.exchange()


done, refused = partial(Move, True), partial(Move, False)  # noqa: FBT003 - named by this line

PUT: dict[State, Callable[[Stage], None]] = {
    State.READY: ready,
    State.SCHEDULED: scheduled,
    State.RUNNING: running,
    State.SUSPECT: suspect,
    State.PARKED: settled(Outcome.PARKED),
} | {state: settled(Outcome(state.value)) for state in sorted(FINAL)}


def test_every_state_is_tried() -> None:
    """No state is left out of these tests."""
    assert set(PUT) == set(State)


@pytest.mark.parametrize("state", sorted(FINAL))
def test_what_has_ended_is_not_cancelled(stage: Stage, state: State) -> None:
    """A job that has come to its end is left as it is; one that is cancelled is what the caller wants it to be."""
    PUT[state](stage)
    before = stage.dump()
    verdict = done if state is State.CANCELLED else refused
    assert (stage.cancel("a"), stage.dump()) == (verdict(state), before)


@pytest.mark.parametrize("state", sorted(set(CANCELLABLE) - {State.RUNNING}))
def test_cancel(stage: Stage, state: State) -> None:
    """A job that waits is cancelled, never claimed, and kept for the time asked for."""
    PUT[state](stage)
    assert stage.cancel("a", keep=HOUR) == done(State.CANCELLED)
    cancelled_at = stage.now_ms
    stage.wait(2 * SECOND)
    assert stage.claim(suspects=1) == ()
    assert (stage.find("a").finished_at_ms, stage.indexes()) == (cancelled_at, {"a": ["cancelled"]})
    assert stage.ledger() == {"enqueued": 1, "cancelled": 1}
    stage.wait(HOUR)
    stage.exchange()
    assert stage.state("a") is None


@pytest.mark.parametrize("state", PUT)
def test_replay(stage: Stage, state: State) -> None:
    """A dead, cancelled, expired or parked job is ready again, as a new generation with all its attempts."""
    PUT[state](stage)
    before = stage.dump()
    move = stage.replay("a")
    if state not in REPLAYABLE:
        assert (move, stage.dump()) == (refused(state), before)
        return
    assert move == done(State.READY)
    record = stage.find("a")
    assert (record.generation, record.failures, record.error, record.result) == (1, 0, None, None)
    assert (record.reason, record.finished_at_ms, stage.indexes()) == ("", None, {"a": ["ready"]})
    assert stage.ledger() == {"enqueued": 1, "ready": 1}
    claim = stage.claim_one()
    assert (claim.id, claim.failures, claim.lost, claim.generation) == ("a", 0, 0, 1)


@pytest.mark.parametrize("move", ["cancel", "replay"])
def test_an_unknown_job_cannot_be_moved(stage: Stage, move: str) -> None:
    """Cancel and replay tell where there is no such job, and make none."""
    submission = stage.submission
    assert stage.send(submission.cancel("a", keep=HOUR) if move == "cancel" else submission.replay("a")) is None
    assert stage.dump() == {}


def test_a_job_that_was_tried_can_be_cancelled(stage: Stage) -> None:
    """A job that waits for its next attempt is cancelled like any other, and its story stays right."""
    stage.submit("a")
    stage.settle(stage.claim_one(), Outcome.FAILED, failures=1, delay=HOUR)
    assert stage.cancel("a") == done(State.CANCELLED)
    assert [event.name for event in stage.find("a").events] == ["enqueued", "running", "failed", "cancelled"]


def test_each_replay_is_a_generation(stage: Stage) -> None:
    """The history tells each end and each replay; an old holder cannot settle a new generation."""
    stage.submit("a")
    claims: list[Claim] = []
    for _ in range(2):
        claims.append(stage.claim_one())
        stage.settle(claims[-1], Outcome.PARKED, detail="unknown here")
        stage.wait(SECOND)
        stage.replay("a")
    before = stage.client.dump(stage.key("run", "a"))
    for claim in claims:
        stage.settle(claim)
    record = stage.find("a")
    assert (stage.client.dump(stage.key("run", "a")), stage.indexes()) == (before, {"a": ["ready"]})
    assert (record.generation, record.state) == (2, State.READY)
    told = [(event.name, event.at_ms - START_MS, event.detail) for event in record.events[1:]]
    assert told == [
        ("parked", 0, "unknown here"),
        ("replayed", 1_000, ""),
        ("parked", 1_000, "unknown here"),
        ("replayed", 2_000, ""),
    ]


def test_a_replayed_job_outlives_its_first_retention(stage: Stage) -> None:
    """The retention of the first end no longer counts once a job was replayed."""
    stage.submit("a")
    stage.settle(stage.claim_one(), Outcome.DEAD, keep=2 * SECOND, keep_result=SECOND, result=b"1")
    stage.replay("a")
    stage.settle(stage.claim_one(), result=b"2", keep=HOUR)
    stage.wait(3 * SECOND)
    stage.exchange()
    assert (stage.state("a"), stage.find("a").result) == (State.SUCCEEDED, b"2")
