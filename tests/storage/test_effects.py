"""What a settlement causes, and that it causes it once and only with the token of the lease."""

import itertools
from datetime import timedelta

import attrs
import pytest

from jobdefs.state import State
from jobdefs.storage.contract import Effect, Outcome, SettleVerdict
from jobdefs.storage.submission import follow_up
from tests.support.stage import SECOND, START_MS, Stage, ending, new_job

HOUR = timedelta(hours=1)
HOUR_MS = 3_600_000


@pytest.mark.parametrize("state", ["running elsewhere", "scheduled", "final", "gone"])
def test_a_stale_settlement_changes_nothing(stage: Stage, state: str) -> None:
    """Without the token of the lease no job is changed, no effect is done, and the verdict is stale."""
    stage.submit("a")
    claim = stage.claim_one()
    if state != "running elsewhere":
        outcome = Outcome.FAILED if state == "scheduled" else Outcome.SUCCEEDED
        stage.settle(claim, outcome, failures=1, delay=HOUR, keep=timedelta(0) if state == "gone" else HOUR)
    before = jobs(stage)
    stale = attrs.evolve(claim, token="another token")
    verdict = stage.settle(stale, Outcome.DEAD, failures=9, error=b"{}", result=b"1", effects=all_effects())
    assert verdict is SettleVerdict.STALE
    assert jobs(stage) == before


def jobs(stage: Stage) -> dict[bytes, bytes]:
    """Return everything that the server holds of jobs: not what is counted, nor what somebody was answered."""
    other = {stage.key("meta").encode(), stage.key("reply", "h").encode()}
    return {key: value for key, value in stage.dump().items() if key not in other}


def all_effects() -> list[Effect]:
    envelope = new_job("new").envelope
    return [
        follow_up(new_job("new")),
        Effect("value", ("name", b"value", 1_000)),
        Effect("restore", ("r:a",)),
        Effect("chord", ("c", 0, 1, b"value", 1_000, envelope)),
    ]


def test_settlements_after_a_stale_one_are_read_right(stage: Stage) -> None:
    """In one exchange a stale settlement with effects of every kind does not disturb those around it."""
    stage.submit("a", "b", "c")
    a, b, c = stage.claim(3)
    stale = ending(attrs.evolve(b, token="another token"), effects=all_effects())
    done = ending(c, result=b'"c"', effects=all_effects()[:1])
    reply = stage.exchange(ending(a), stale, done, want=5)
    assert [verdict.value for verdict in reply.verdicts] == ["settled", "stale", "settled"]
    assert [claim.id for claim in reply.claims] == ["new"]
    assert (stage.state("b"), stage.find("c").result) == (State.RUNNING, b'"c"')


def test_a_settlement_is_taken_in_once(stage: Stage) -> None:
    """The same settlement a second time is recognised by its token and changes nothing."""
    stage.submit("a")
    claim = stage.claim_one()
    stage.settle(claim, effects=all_effects())
    before = stage.dump()
    assert stage.settle(claim, Outcome.DEAD, effects=all_effects()) is SettleVerdict.REPEATED
    assert stage.dump() == before


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_chord_calls_back_once(stage: Stage, order: tuple[int, ...]) -> None:
    """The callback is submitted when the last member is done, in whatever order they end and however often told."""
    stage.submit("m0", "m1", "m2")
    claims = stage.claim(3)
    callback = new_job("callback").envelope
    for number, place in enumerate(order):
        effect = Effect("chord", ("c", place, 3, b"value %d" % place, HOUR_MS, callback))
        assert stage.state("callback") is None
        settlement = ending(claims[place], effects=[effect])
        stage.exchange(settlement, token=f"t{number}")
        stage.exchange(settlement, token=f"t{number}", again=True)
        stage.exchange(settlement)
    assert [claim.id for claim in stage.claim(9)] == ["callback"]
    assert stage.send(stage.values.chord("c")) == {place: b"value %d" % place for place in range(3)}


def test_a_replayed_member_does_not_call_back_again(stage: Stage) -> None:
    """A member that runs again after the chord was complete adds nothing, even when the callback is long gone."""
    effects = [Effect("chord", ("c", 0, 1, b"v", 1000 * HOUR_MS, new_job("callback").envelope))]
    stage.submit("m")
    stage.settle(stage.claim_one(), Outcome.EXPIRED, effects=effects)
    stage.client.delete(stage.key("job", "callback"), stage.key("ready", "default"))
    stage.send(stage.submission.replay("m"))
    stage.settle(stage.claim_one(), effects=effects)
    assert stage.state("callback") is None


def test_effects_are_done_with_the_settlement(stage: Stage) -> None:
    """A settled attempt submits its follow-ups with their delays, writes values and ends revocations."""
    stage.send(stage.values.revoke("r:a", b"revoked"))
    stage.submit("a")
    later = follow_up(new_job("later", delay=SECOND))
    stage.settle(stage.claim_one(), effects=[*all_effects(), later])
    assert (stage.state("new"), stage.find("later").due_at_ms) == (State.READY, START_MS + 1_000)
    assert stage.send(stage.values.read("name")) == ("value", b"value")
    assert stage.send(stage.values.revocation("r:a")) is None
