"""Submission: what happens to jobs that are put in."""

import itertools
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

import pytest

from jobdefs.clock import from_epoch_ms
from jobdefs.errors import UnreadableEnvelope
from jobdefs.policy import TOMBSTONE
from jobdefs.state import State
from jobdefs.storage.contract import NewJob, Receipt, SubmitVerdict
from tests.support.stage import MILLISECOND, SECOND, START_MS, Stage, new_job

created, existing = partial(Receipt, SubmitVerdict.CREATED, "a"), partial(Receipt, SubmitVerdict.EXISTING, "a")
HOUR = timedelta(hours=1)


def test_a_job_is_kept_as_written(stage: Stage) -> None:
    """A submitted job is ready, and what its producer wrote comes back, stamped with the store's time."""
    payload = b'{"none":[],"big":9007199254740993,"float":1.0,"text":"\xe2\x82\xac \\u0000"}'
    assert stage.submit("a", queue="mail", priority=3, payload=payload) == (created(State.READY),)
    record = stage.find("a")
    assert (record.id, record.state, record.queue, record.priority) == ("a", State.READY, "mail", 3)
    assert record.envelope is not None
    assert (record.envelope.payload, record.envelope.enqueued_at_ms) == (payload, START_MS)


def as_ready(stage: Stage) -> None:
    stage.submit("a")


def as_scheduled(stage: Stage) -> None:
    stage.submit("a", delay=SECOND)


def as_running(stage: Stage) -> None:
    stage.submit("a")
    stage.claim_one()


def as_succeeded(stage: Stage) -> None:
    stage.submit("a")
    stage.settle(stage.claim_one())


@pytest.mark.parametrize("make", [as_ready, as_scheduled, as_running, as_succeeded])
def test_an_id_stands_for_one_job(stage: Stage, make: Callable[[Stage], None]) -> None:
    """Submitting an id again, whatever its job's state, changes nothing at all and tells that state."""
    make(stage)
    before, state = stage.dump(), stage.state("a")
    assert stage.submit("a", queue="other", payload=b'"another"', delay=HOUR) == (existing(state),)
    assert stage.dump() == before


def test_a_tombstone_keeps_the_id_taken(stage: Stage) -> None:
    """After a job's retention its id stays taken for a day, so a late repeat of its submission makes no second job."""
    as_succeeded(stage)
    stage.wait(timedelta(hours=24))
    stage.exchange()
    assert stage.submit("a") == (existing(None),)
    left = timedelta(milliseconds=stage.client.pttl(stage.key("tombstone", "a")))
    assert TOMBSTONE - timedelta(minutes=1) < left <= TOMBSTONE
    stage.client.delete(stage.key("tombstone", "a"))
    assert stage.submit("a") == (created(State.READY),)


def test_an_id_twice_in_one_batch(stage: Stage) -> None:
    """Where a batch holds an id twice, the first one counts."""
    receipts = stage.submit_all([new_job("a", payload=b"1"), new_job("b"), new_job("a", payload=b"2")])
    assert [receipt.created for receipt in receipts] == [True, True, False]
    assert [claim.id for claim in stage.claim(9)] == ["a", "b"]


GOOD = new_job("x").envelope
PLAIN = ("", "", "", "")
HEAD_BYTES = 512
LONGEST = b"N" * (HEAD_BYTES - GOOD.index(b'"payload"') + len("TEST_JOB"))
REFUSED = [b"refused", b"", b"", b"unreadable", b"", b""]


def sent_raw(stage: Stage, *jobs: Sequence[str | bytes]) -> list[bytes]:
    """Submit as a producer in another language does: seven arguments for each job."""
    call = stage.submission.submit([])
    reply: list[bytes] = stage.client.eval(call.script.source, 1, *call.keys, "", "", *itertools.chain(*jobs))
    return reply


@pytest.mark.parametrize(
    "envelope",
    [
        b"",
        b"garbage",
        GOOD.replace(b'"v":1', b'"v":2'),
        GOOD.replace(b'"v":1,', b'"v":1, '),
        GOOD.replace(b'"id":"x"', b'"id":""'),
        GOOD.replace(b'"id":"x"', b'"id":"x y"'),
        GOOD.replace(b'"queue":"default"', b'"queue":"Default"'),
        GOOD.replace(b'"priority":0', b'"priority":10'),
        GOOD.replace(b'"payload"', b'"enqueued_at_ms":1,"payload"'),
        GOOD.replace(b"TEST_JOB", LONGEST + b"N"),
    ],
)
def test_an_unreadable_head_is_refused(stage: Stage, envelope: bytes) -> None:
    """One envelope whose head cannot be read: the whole batch is refused, and the message says which one it was."""
    batch = [new_job("a"), NewJob(envelope=envelope), new_job("b")]
    with pytest.raises(UnreadableEnvelope, match=r"took in nothing: job 2 of 3 does not begin as .*FORMAT\.md says"):
        stage.submit_all(batch)
    assert stage.dump() == {}


def test_the_longest_head_is_read(stage: Stage) -> None:
    """A head may have 512 bytes; whatever reads it again reads all of it."""
    stage.submit_all([NewJob(envelope=GOOD.replace(b"TEST_JOB", LONGEST))])
    stage.cancel("x")
    assert stage.ledger(LONGEST.decode()) == {"enqueued": 1, "cancelled": 1}


def test_a_time_that_is_no_number_is_refused(stage: Stage) -> None:
    """A producer in another language that sends no whole number as delay or moment gets nothing put in."""
    for delay, due in ((b"soon", b""), (b"", b""), (b"0", b"1e3"), (b"nan", b"")):
        assert sent_raw(stage, [GOOD, "0", "", *PLAIN], [GOOD, delay, due, *PLAIN]) == REFUSED
    assert stage.dump() == {}


@pytest.mark.parametrize(
    "lock",
    [
        ("k", "", "existing"),
        ("k", "ended", "existing"),
        ("k", "0", "existing"),
        ("k", "-1", "existing"),
        ("k", "1.5", "existing"),
        ("k", "9223372036854775807", "existing"),
        ("k", "finished", ""),
        ("k", "finished", "refuse"),
    ],
)
def test_a_lock_that_means_nothing_is_refused(stage: Stage, lock: tuple[str, str, str]) -> None:
    """The same goes for a producer whose unique key is held for no time that is known, or with no known conflict."""
    assert sent_raw(stage, [GOOD, "0", "", *PLAIN], [GOOD, "0", "", "", *lock]) == REFUSED
    assert stage.dump() == {}


def test_order_is_priority_then_arrival(stage: Stage) -> None:
    """Higher priorities are claimed first; within one, jobs go in the order of their batches and their places there."""
    ids = [f"{batch}-{place}-{priority}" for batch in range(2) for place in range(3) for priority in range(10)]
    for batch in ("0", "1"):
        stage.submit_all([new_job(job_id, priority=int(job_id[-1])) for job_id in ids if job_id[0] == batch])
    expected = sorted(ids, key=lambda job_id: (-int(job_id[-1]), job_id))
    assert [claim.id for claim in stage.claim(100)] == expected


def test_order_survives_a_clock_that_steps_back(stage: Stage) -> None:
    """A job submitted later is claimed later, even if the server's clock stepped back between."""
    stage.submit("a")
    stage.wait(-HOUR)
    stage.submit("b")
    assert [claim.id for claim in stage.claim(2)] == ["a", "b"]


def test_delay_and_due_moment(stage: Stage) -> None:
    """A job waits for its delay, or until its moment if it has one; a moment that has passed is no reason to wait."""
    due_at = from_epoch_ms(START_MS + 5_000)
    stage.submit("delayed", delay=SECOND)
    stage.submit("due", delay=SECOND, due_at=due_at)
    stage.submit("late", delay=SECOND, due_at=due_at - HOUR)
    found = {job_id: (stage.find(job_id).state, stage.find(job_id).due_at_ms) for job_id in ("delayed", "due", "late")}
    assert found["delayed"] == (State.SCHEDULED, START_MS + 1_000)
    assert found["due"] == (State.SCHEDULED, START_MS + 5_000)
    assert found["late"] == (State.READY, None)


def test_a_scheduled_job_is_never_early(stage: Stage) -> None:
    """A scheduled job cannot be claimed a millisecond before its time, and can at its time."""
    stage.submit("a", delay=SECOND)
    stage.wait(SECOND - MILLISECOND)
    assert stage.claim() == ()
    stage.wait(MILLISECOND)
    assert stage.claim_one().id == "a"


def test_scheduled_jobs_start_in_the_order_of_their_moments(stage: Stage) -> None:
    """Jobs of one priority that became due together are claimed by their moments, those of higher priority before."""
    for job_id, seconds, priority in (("c", 3, 0), ("a", 1, 0), ("b", 2, 0), ("urgent", 4, 9)):
        stage.submit(job_id, delay=seconds * SECOND, priority=priority)
    stage.wait(HOUR)
    assert [claim.id for claim in stage.claim(9)] == ["urgent", "a", "b", "c"]


def test_order_holds_within_one_moment(stage: Stage) -> None:
    """Of jobs that become ready in the same microsecond, by whatever move, the earlier one is claimed first."""
    stage.submit("9", delay=SECOND)
    stage.wait(SECOND)
    stage.exchange()
    stage.submit("8")
    stage.submit("7")
    stage.send(stage.submission.cancel("7", keep=HOUR))
    stage.send(stage.submission.replay("7"))
    stage.submit("6")
    assert [claim.id for claim in stage.claim(9)] == ["9", "8", "7", "6"]
