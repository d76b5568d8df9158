"""The budget of an exchange: whatever there is to do, each does a part of everything, and the next one goes on."""

from itertools import cycle
from typing import Any

from jobdefs.storage.contract import Claim, Effect, Exchange, Outcome, Settlement, SettleVerdict
from tests.support.stage import HOUR, LEASE, Stage, ending, new_job

COMMANDS = 800
MANY = 200


def commands(stage: Stage, *settlements: Settlement, **options: Any) -> tuple[Exchange, int]:
    """Exchange, and return how many commands the server ran for it."""
    stage.client.config_resetstat()
    reply = stage.exchange(*settlements, **options)
    return reply, sum(command["calls"] for command in stage.client.info("commandstats").values())


def claimed(stage: Stage, kind: str, holder: str = "h") -> list[Claim]:
    """Put many jobs in and claim them."""
    stage.submit(*(f"{kind}{number}" for number in range(MANY)))
    claims: list[Claim] = []
    while len(claims) < MANY:
        claims += stage.claim(MANY, holder=holder)
    return claims


def lay_out(stage: Stage) -> list[Settlement]:
    """Leave much to do of every kind at this very moment, and return ends of every kind, each with a follow-up."""
    stage.tell([ending(claim, keep=LEASE) for claim in claimed(stage, "over")])
    stage.tell([ending(claim, result=b"1", keep_result=LEASE) for claim in claimed(stage, "forgotten")])
    claimed(stage, "lost", holder="vanishing")
    stage.submit(*(f"late{number}" for number in range(MANY)), delay=LEASE)
    stage.beat()
    stage.wait(LEASE / 2)
    stage.beat()
    claims = claimed(stage, "ended")
    stage.wait(LEASE / 2)
    stage.beat()
    return [
        ending(claim, outcome, failures=1, error=b"{}", delay=HOUR, kind=f"d:{claim.id}", effects=[follow_up(claim.id)])
        for claim, outcome in zip(claims, cycle(Outcome), strict=False)
    ]


def follow_up(job_id: str) -> Effect:
    """Return the effect that puts a job in."""
    return Effect("submit", (new_job(f"{job_id}.next").envelope, 0, "", "", ""))


def due(stage: Stage) -> list[int]:
    """Return how much is due of each kind of upkeep."""
    indexes = [("scheduled", "default"), ("leases",), ("final", "succeeded"), ("forget",)]
    return [stage.client.zcount(stage.key(*index), "-inf", stage.now_ms) for index in indexes]


def test_every_exchange_keeps_to_the_budget(stage: Stage) -> None:
    """However much of everything there is to do, an exchange takes a bounded number of commands, until all is done."""
    settlements, reply = lay_out(stage), None
    verdicts: list[SettleVerdict] = []
    while settlements or reply is None or reply.claims:
        reply, number = commands(stage, *settlements, want=MANY)
        assert number < COMMANDS
        verdicts += reply.verdicts
        settlements = settlements[len(reply.verdicts) :]
    assert verdicts == [SettleVerdict.SETTLED] * MANY
    assert due(stage) == [0, 0, 0, 0]


def test_queues_share_the_budget(stage: Stage) -> None:
    """However many queues have jobs, all claims of an exchange together keep to it."""
    for queue in "abcd":
        stage.submit(*(f"{queue}{number}" for number in range(MANY)), queue=queue)
    reply, number = commands(stage, queues="abcd", want=4 * MANY)
    assert number < COMMANDS
    assert 0 < len(reply.claims) < MANY


def test_ends_of_every_kind_leave_within_the_budget(stage: Stage) -> None:
    """Jobs whose retention is over share it, however each of them has ended."""
    for outcome in (Outcome.SUCCEEDED, Outcome.DEAD, Outcome.CANCELLED, Outcome.EXPIRED):
        stage.tell([ending(claim, outcome, keep=LEASE) for claim in claimed(stage, outcome)])
    stage.wait(LEASE)
    _, number = commands(stage)
    assert number < COMMANDS


def test_nothing_waits_for_ever(stage: Stage) -> None:
    """Ends alone may use the budget up, and yet something of everything else is done beside them."""
    settlements = lay_out(stage)
    before = due(stage)
    reply = stage.exchange(*settlements, want=MANY)
    assert 0 < len(reply.verdicts) < MANY
    assert (len(reply.claims) > 0, len(reply.lost) > 0) == (True, True)
    assert all(left < number for left, number in zip(due(stage), before, strict=True))


def test_a_repeat_looks_at_as_much(stage: Stage) -> None:
    """A repeat answers as its first call did, also as to how many ends were looked at."""
    settlements = lay_out(stage)
    first = stage.exchange(*settlements, token="t")
    again = stage.exchange(*settlements, token="t", again=True)
    assert again.verdicts == (SettleVerdict.REPEATED,) * len(first.verdicts)
