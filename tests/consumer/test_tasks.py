"""Plain Huey tasks keep what Huey promises for them, in a real consumer with threads and with processes."""

import time
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from huey.api import Result, chord, group
from huey.exceptions import TaskException

from jobdefs import State
from tests.support.consumers import RunningConsumer
from tests.support.jobs import Jobs, story
from tests.support.ledger import Ledger
from tests.support.waiting import eventually

pytestmark = pytest.mark.usefixtures("consumer")


def value_of(result: Any) -> Any:
    return result.get(blocking=True, timeout=5)


def test_result(jobs: Jobs, tasks: ModuleType) -> None:
    """A task's result can be waited for, and read again; the job behind it is like any other."""
    result = tasks.add(1, 2.5)
    assert (value_of(result), value_of(tasks.app.result(result.id, preserve=True) and result)) == (3.5, 3.5)
    job = jobs.find(result.id)
    assert job is not None
    assert job.envelope is not None
    assert (job.state, job.envelope.name) == (State.SUCCEEDED, "huey:tests.support.shop.tasks.add")


def test_pipeline(tasks: ModuleType) -> None:
    """A pipeline hands each value on to the next task."""
    results = tasks.app.enqueue(tasks.add.s(1, 2).then(tasks.add, 10).then(tasks.same))
    assert value_of(results) == [3, 13, 13]


def test_failure(tasks: ModuleType) -> None:
    """Reading the result of a task that failed raises TaskException with the error."""
    with pytest.raises(TaskException) as raised:
        value_of(tasks.fail())
    assert raised.value.metadata["error"] == "ValueError('plain boom')"
    assert "in fail" in raised.value.metadata["traceback"]


def test_error_handler(tasks: ModuleType) -> None:
    """An error handler receives a JobError: type, message and traceback."""
    handler = tasks.show.s()
    tasks.app.enqueue(tasks.fail.s().error(handler))
    name, kind, message, traceback = value_of(Result(tasks.app, handler))
    assert (name, kind, message) == ("JobError", "ValueError", "plain boom")
    assert "in fail" in traceback


def test_group_and_map(tasks: ModuleType) -> None:
    """Groups and map run many tasks and gather their values in order."""
    assert value_of(tasks.app.enqueue(group([tasks.add.s(n, n) for n in range(3)]))) == [0, 2, 4]
    assert value_of(tasks.add.map([(1, 2), (3, 4)])) == [3, 7]


def test_chord(tasks: ModuleType) -> None:
    """A chord calls back once, with the values of all its members in order."""
    members = [tasks.add.s(n, n) for n in range(5)]
    result = tasks.app.enqueue(chord(members, tasks.same.s()))
    assert value_of(result) == [0, 2, 4, 6, 8]


def test_chord_with_a_failure(tasks: ModuleType) -> None:
    """A member that fails does not keep a chord from calling back: its place holds the error."""
    result = tasks.app.enqueue(chord([tasks.add.s(1, 1), tasks.fail.s(), tasks.add.s(2, 2)], tasks.total.s()))
    assert value_of(result) == 6


def test_schedule(jobs: Jobs, tasks: ModuleType) -> None:
    """A scheduled task waits in the store and starts at its time."""
    began_ms = time.time() * 1_000
    result = tasks.add.schedule((5, 6), delay=0.2)
    assert jobs.state(result.id) is State.SCHEDULED
    job = jobs.ended(result.id)
    assert value_of(result) == 11
    assert (job.claimed_at_ms or 0) - began_ms >= 199


def test_revoke(jobs: Jobs, tasks: ModuleType, ledger: Ledger) -> None:
    """A task that is revoked while it waits never runs."""
    result = tasks.note.schedule(("revoked",), delay=0.1)
    result.revoke()
    assert result.is_revoked()
    assert jobs.ended(result.id).state is State.CANCELLED
    assert "revoked" not in ledger.subjects("note")
    assert not result.is_revoked()


def test_restore(tasks: ModuleType) -> None:
    """A revocation that is taken back in time has no effect."""
    result = tasks.note.schedule(("restored",), delay=0.1)
    result.revoke()
    assert result.restore()
    assert value_of(result) == "restored"


def test_revocation_by_name(jobs: Jobs, tasks: ModuleType) -> None:
    """A task revoked by its name stays so until it is restored."""
    tasks.same.revoke()
    assert [jobs.ended(tasks.same(n).id).state for n in range(2)] == [State.CANCELLED] * 2
    assert tasks.same.restore()
    assert value_of(tasks.same("back")) == "back"


def test_lock(tasks: ModuleType, ledger: Ledger) -> None:
    """A locked task does not run while somebody else, here another program, holds the lock."""
    with tasks.app.lock_task("till"):
        assert tasks.app.is_locked("till")
        with pytest.raises(TaskException, match="TaskLockedException"):
            value_of(tasks.locked("locked-out"))
    assert value_of(tasks.locked("let-in")) == "let-in"
    assert "locked-out" not in ledger.subjects("note")
    assert not tasks.app.is_locked("till")


def test_rate_limit(jobs: Jobs, tasks: ModuleType) -> None:
    """Tasks over a rate limit run in a later window, and use up none of their retries."""
    results = tasks.admitted.map(range(3))
    assert value_of(results) == [0, 1, 2]
    assert [jobs.ended(result.id).failures for result in results] == [0, 0, 0]


def test_retries(jobs: Jobs, tasks: ModuleType, ledger: Ledger) -> None:
    """A task's own retries, retry_delay and retry_backoff hold."""
    result = tasks.falter()
    assert value_of(result) == "at last"
    job = jobs.ended(result.id)
    assert story(job) == ["enqueued", "running", "failed", "running", "failed", "running", "succeeded"]
    moments = [event.at_ms for event in job.events]
    assert moments[3] - moments[2] >= 100
    assert moments[5] - moments[4] >= 300
    assert ledger.subjects("tried") == [result.id] * 3


def test_retry_task(jobs: Jobs, tasks: ModuleType) -> None:
    """RetryTask runs a task again and uses up none of its retries."""
    result = tasks.retry_soon("once")
    assert value_of(result) == "ran again"
    assert jobs.ended(result.id).failures == 0


def test_expires(jobs: Jobs, tasks: ModuleType, ledger: Ledger) -> None:
    """A task whose expiry comes before its time never runs."""
    result = tasks.note.schedule(("expired",), delay=0.1, expires=timedelta(milliseconds=50))
    assert jobs.ended(result.id).state is State.EXPIRED
    assert "expired" not in ledger.subjects("note")


def test_timeout(tasks: ModuleType) -> None:
    """A task with a timeout fails when it takes longer, at the latest when it asks."""
    with pytest.raises(TaskException, match="TaskTimeout"):
        value_of(tasks.stuck())


@pytest.mark.parametrize(
    ("size", "reason"), [(0, "value: object cannot be written down"), (300_000, "The result has 300,002 bytes")]
)
def test_result_that_cannot_be_kept(jobs: Jobs, tasks: ModuleType, size: int, reason: str) -> None:
    """A task whose result cannot be written down, or is too large, is dead, with an error that says so."""
    job = jobs.ended(tasks.unkeepable(size).id)
    assert job.error is not None
    assert (job.state, job.failures) == (State.DEAD, 1)
    assert f"its result cannot be kept: {reason}" in job.error.message


def test_signals(tasks: ModuleType, ledger: Ledger) -> None:
    """Ending signals are sent after the settlement was accepted: their receivers find the job in its last state."""
    done, failed = tasks.note("signalled"), tasks.fail()
    eventually(lambda: failed.id in ledger.subjects("error-dead"))
    eventually(lambda: done.id in ledger.subjects("complete-succeeded"))
    words = [word for word, subject, _ in ledger.entries() if subject == done.id and not word.startswith("post")]
    assert words == ["executing-running", "complete-succeeded"]


def test_hooks(jobs: Jobs, tasks: ModuleType, ledger: Ledger) -> None:
    """A pre-execute hook can cancel a task; a post-execute hook sees value or error."""
    cancelled, done, failed = tasks.forbidden(), tasks.note("hooked"), tasks.fail()
    assert jobs.ended(cancelled.id).state is State.CANCELLED
    assert "forbidden" not in ledger.subjects("note")
    eventually(lambda: ledger.subjects("post-hooked-NoneType") == [done.id])
    eventually(lambda: failed.id in ledger.subjects("post-None-ValueError"))


def test_lines_of_a_plain_task(tasks: ModuleType, consumer: RunningConsumer) -> None:
    """The error of a plain task is logged once, in a line that names the job."""
    result = tasks.fail()
    line = consumer.says("Unhandled exception", result.id)
    assert f"[job_id={result.id} job_name=huey:tests.support.shop.tasks.fail queue=default attempt=1]" in line
    assert consumer.logged("Unhandled exception", result.id) == [line]
