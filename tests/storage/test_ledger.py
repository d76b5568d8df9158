"""The ledger: what was put in is somewhere, name by name."""

from datetime import timedelta

import attrs
import pytest

from jobdefs.record import Ledger, LedgerEntry
from jobdefs.state import State
from jobdefs.storage.contract import Outcome, SettleVerdict
from jobdefs.storage.submission import follow_up
from tests.support.stage import HOUR, LEASE, Stage, ending, new_job


def read(stage: Stage) -> Ledger:
    """Read the ledger."""
    return stage.store.send(stage.inspection.ledger())


def test_an_empty_ledger_agrees(stage: Stage) -> None:
    """Where there never was a job, there is no name, and nothing is off."""
    assert read(stage).entries == ()
    assert read(stage).faults == ()


def test_each_name_has_its_jobs(stage: Stage) -> None:
    """Jobs are counted by name and state, follow-ups and plain Huey tasks, too."""
    stage.submit("a", "b", name="SEND")
    stage.submit("c", name="huey:tasks.add up")
    stage.submit("d", name="SEND", delay=HOUR)
    claim, *_ = stage.claim(2)
    stage.settle(claim, effects=[follow_up(new_job("e", name="CHARGE"))])
    assert read(stage).entries == (
        LedgerEntry(name="CHARGE", enqueued=1, ready=1),
        LedgerEntry(name="SEND", enqueued=3, scheduled=1, running=1, succeeded=1),
        LedgerEntry(name="huey:tasks.add up", enqueued=1, ready=1),
    )
    assert read(stage).faults == ()


def test_an_end_is_remembered(stage: Stage) -> None:
    """What has ended stays counted when its retention is over; a replay takes the end back."""
    stage.submit("a", "b")
    for claim in stage.claim(2):
        stage.settle(claim, Outcome.DEAD, keep=timedelta(minutes=1))
    stage.replay("a")
    stage.wait(HOUR)
    stage.exchange()
    assert read(stage).entries == (LedgerEntry(name="TEST_JOB", enqueued=2, ready=1, dead=1),)


@pytest.mark.parametrize("repeat", [False, True])
def test_a_repeat_counts_once(stage: Stage, *, repeat: bool) -> None:
    """A call that is sent again because its reply was lost counts nothing twice."""
    stage.submit("a")
    stage.submit("a")
    stage.exchange(want=1, token="t")
    stage.exchange(want=1, token="t", again=repeat)
    assert read(stage).entries == (LedgerEntry(name="TEST_JOB", enqueued=1, running=1),)


def test_a_lost_job_is_told(stage: Stage) -> None:
    """A job of which every trace is gone is missing in an index, and the ledger says so."""
    stage.submit("a", "b")
    stage.client.zrem(stage.key("ready", "default"), "a")
    stage.client.delete(stage.key("job", "a"))
    assert read(stage).faults == ("2 jobs are ready, and 1 stand in the indexes of these",)


def test_a_name_that_is_off_is_told(stage: Stage) -> None:
    """Where the states of a name's jobs do not add up, the name and all numbers are told."""
    stage.submit("a", "b")
    stage.claim_one()
    stage.client.hincrby(stage.key("ledger"), "enqueued TEST_JOB", 1)
    told = "TEST_JOB: 3 jobs were put in, and there are 1 ready, 1 running"
    assert read(stage).faults == (told,)
    assert not read(stage).entries[0].balanced


def test_a_strange_ledger_can_be_read(stage: Stage) -> None:
    """What somebody wrote into the ledger by hand is passed over, and a key of a wrong type reads as empty."""
    stage.submit("a")
    stage.client.hset(stage.key("ledger"), mapping={"ready": "1", "rubbish X": "1", "dead X": "many"})
    assert [entry.name for entry in read(stage).entries] == ["TEST_JOB"]
    for key in ("ledger", "ready:default", "leases"):
        stage.client.delete(stage.key(key))
        stage.client.set(stage.key(key), "rubbish")
    assert read(stage) == Ledger((), dict.fromkeys(read(stage).standing, 0), repairs=0, stale=0)


def test_every_state_has_its_column() -> None:
    """A ledger's entry counts each state there is."""
    assert {field.name for field in attrs.fields(LedgerEntry)} == {"name", "enqueued", *State}


def test_a_reclaimed_job_is_still_one_job(stage: Stage) -> None:
    """Losses move a job and count none: once, and until it is a suspect."""
    stage.submit("a")
    stage.lose()
    assert read(stage).entries == (LedgerEntry(name="TEST_JOB", enqueued=1, ready=1),)
    stage.lose()
    stage.wait(LEASE)
    assert read(stage).entries == (LedgerEntry(name="TEST_JOB", enqueued=1, suspect=1),)


def test_ends_that_came_too_late_are_counted(stage: Stage) -> None:
    """Each end of an attempt that had lost its lease is counted, once however often it is told in one exchange."""
    stage.submit("a", "b", "c")
    late, later, good = stage.claim(3, holder="frozen")
    stage.wait(LEASE)
    stage.claim(3)
    ends = [ending(late), ending(later)]
    for again in (False, True, True):
        verdicts = stage.exchange(*ends, token="same", again=again).verdicts
        assert verdicts == (SettleVerdict.STALE, SettleVerdict.STALE)
    assert read(stage).stale == 2
    stage.settle(good)
    assert read(stage).stale == 3
