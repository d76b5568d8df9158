"""Upgrades of the key space: what an older version wrote goes on as if this one had written it."""

from datetime import timedelta

import pytest

from jobdefs.record import LedgerEntry
from jobdefs.state import State
from jobdefs.storage import key_space, keys
from jobdefs.storage.contract import KeySpace, Outcome, Settlement, SettleVerdict
from jobdefs.storage.upkeep import STEPS, UpkeepCalls
from tests.support import version_one
from tests.support.stage import HOUR, LEASE, NAMESPACE, START_MS, Stage, ending

STATES = {
    "cancelled": "cancelled",
    "dead": "dead",
    "expired": "expired",
    "mail": "ready",
    "parked": "parked",
    "ready": "ready",
    "released": "ready",
    "retried": "scheduled",
    "running": "running",
    "scheduled": "scheduled",
    "succeeded": "succeeded",
    "unreadable": "parked",
}
ENTRIES = (
    LedgerEntry(name="?", enqueued=1, parked=1),
    LedgerEntry(name="NEWER", enqueued=1, parked=1),
    LedgerEntry(name="SEND", enqueued=1, ready=1),
    LedgerEntry(
        name="TEST_JOB", enqueued=9, scheduled=2, ready=2, running=1, succeeded=1, dead=1, cancelled=1, expired=1
    ),
)


@pytest.fixture(autouse=True)
def version_1(stage: Stage) -> None:
    """Jobs in each state, as version 1 wrote them."""
    version_one.write(stage.client, NAMESPACE)


def upgrade(stage: Stage) -> list[str]:
    """Open the key space as a program does; return what it logs."""
    space = stage.store.send(stage.inspection.open("epoch2"))
    key_space.check(space, stage.store.shown)
    steps = list(key_space.upgrades(space, NAMESPACE))
    for _, step in steps:
        while stage.send(step):
            pass
    return [told for told, _ in steps]


def test_every_version_has_a_step() -> None:
    """From each older version there is a way to this one."""
    assert set(STEPS) == set(range(1, keys.SCHEMA))


def test_version_1_is_carried_over_once(stage: Stage) -> None:
    """The first program to open it carries it over and says so; the next one finds this version and the same epoch."""
    assert upgrade(stage) == ["from version 1 to 2"]
    assert stage.send(stage.inspection.open("epoch3")) == KeySpace(2, "epoch1", START_MS)
    assert upgrade(stage) == []


def test_a_step_can_be_repeated(stage: Stage) -> None:
    """A program whose reply was lost, or that came at the same moment as another, changes nothing more."""
    upgrade(stage)
    before = stage.dump()
    assert stage.send(UpkeepCalls(NAMESPACE).upgrade(1)) is False
    assert stage.dump() == before


def test_jobs_stay_what_they_are(stage: Stage) -> None:
    """Each job is in the state in which it was, the sweeper finds nothing wrong, and the ledger has all of them."""
    upgrade(stage)
    assert {job_id: stage.state(job_id) for job_id in STATES} == STATES
    assert stage.indexes() == {job_id: [state] for job_id, state in STATES.items()}
    sweep = stage.send(UpkeepCalls(NAMESPACE, at_once=1_000).sweep())
    assert (sweep.ended, sweep.repairs) == (True, ())
    ledger = stage.send(stage.inspection.ledger())
    assert (ledger.entries, ledger.faults) == (ENTRIES, ())


def test_the_old_lease_is_good(stage: Stage) -> None:
    """What a consumer of version 1 was running when it stopped can be settled, and is counted under its name."""
    upgrade(stage)
    end = Settlement(id="running", token="token17", outcome=Outcome.SUCCEEDED)
    assert stage.exchange(end).verdicts == (SettleVerdict.SETTLED,)
    assert stage.ledger()["succeeded"] == 2


def test_everything_goes_on(stage: Stage) -> None:
    """Jobs of version 1 are reclaimed, promoted, claimed, settled and replayed, and all of them are over in the end."""
    upgrade(stage)
    stage.wait(3 * HOUR)
    stage.replay("dead")
    stage.send(stage.execution.announce(holder="h", abilities={"": "v2", "NEWER": "d"}))
    for _ in range(5):
        stage.beat()
        stage.wait(LEASE / 4)
    stage.exchange()
    claims = stage.claim(20, queues=["default", "mail"])
    waited = {job_id for job_id, state in STATES.items() if not State(state).final} | {"dead"}
    assert {claim.id for claim in claims} == waited
    stage.exchange(*(ending(claim, Outcome.EXPIRED) for claim in claims))
    ledger = stage.send(stage.inspection.ledger())
    assert ({entry.name: entry.expired for entry in ledger.entries}, ledger.faults) == (
        {"?": 1, "NEWER": 1, "SEND": 1, "TEST_JOB": 7},
        (),
    )


def test_a_parked_job_without_a_place(stage: Stage) -> None:
    """A parked job that does not say where it stood in its queue is offered as the others are."""
    stage.client.hdel(stage.key("run", "unreadable"), "score")
    upgrade(stage)
    stage.send(stage.execution.announce(holder="h", abilities={"": "v2"}))
    assert "unreadable" in {claim.id for claim in stage.claim(20)}


def test_what_is_over_goes(stage: Stage) -> None:
    """Jobs that ended under version 1 leave at their time, and their ids stay taken, as are older ones."""
    upgrade(stage)
    stage.wait(timedelta(days=40))
    stage.exchange()
    assert [stage.state(job_id) for job_id in ("succeeded", "dead", "cancelled", "expired")] == [None] * 4
    assert [receipt.created for receipt in stage.submit("dead", "gone", "new")] == [False, False, True]


def test_the_ledger_can_be_counted_anew(stage: Stage) -> None:
    """Whoever sets the version back gets a new ledger of what is there, and nothing else changes."""
    upgrade(stage)
    stage.client.delete(stage.key("ledger"))
    before = [stage.find(job_id) for job_id in STATES]
    stage.client.hset(stage.key("meta"), "schema", 1)
    upgrade(stage)
    assert stage.send(stage.inspection.ledger()).entries == ENTRIES
    assert [stage.find(job_id) for job_id in STATES] == before


def test_a_part_at_a_time(stage: Stage) -> None:
    """Two programs that take turns, each going through a few jobs, bring about what one does at once."""
    parts = [UpkeepCalls(NAMESPACE, carried_at_once=most).upgrade(1) for most in (1, 2)]
    for number in range(100):
        assert stage.send(stage.inspection.open("epoch3")).schema == 1
        if not stage.send(parts[number % 2]):
            break
    assert 5 < number < 15
    assert stage.send(stage.inspection.open("epoch3")).schema == 2
    ledger = stage.send(stage.inspection.ledger())
    assert (ledger.entries, ledger.faults) == (ENTRIES, ())
    assert set(stage.client.hkeys(stage.key("meta"))) >= {b"schema", b"epoch"}
    assert not stage.client.hexists(stage.key("meta"), "upgrade_place")
