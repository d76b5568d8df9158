"""Suspects run in a process of their own; whoever ends it is dead at once, and nobody else comes to harm."""

import json
import signal
import sys
import time
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from huey.api import Result

from jobdefs import State
from jobdefs.storage.submission import SubmissionCalls
from tests.consumer.conftest import StartConsumer
from tests.support.consumers import HANDLERS, is_gone
from tests.support.jobs import NAMESPACE, Jobs, story
from tests.support.ledger import Ledger
from tests.support.shop.jobs import Deaf, Doze, Fail, FailAsync, Nap, Order, Pill, Stuck, StuckAsync, Wait
from tests.support.suspects import make_suspects, quarantines, suspects
from tests.support.waiting import eventually

LONG_S = 30
WAYS = {
    "exit": "its process ended with exit code 9, peak memory ",
    "fault": "its process ended by signal 11 (SIGSEGV), peak memory ",
    "memory": "its process ended by signal 9 (SIGKILL), peak memory ",
}


@pytest.mark.parametrize("how", WAYS)
def test_pill(start_consumer: StartConsumer, jobs: Jobs, how: str) -> None:
    """A job that ends the quarantine's process is dead after one death there, and says how and with how much memory."""
    [job_id] = suspects(jobs, [Pill(how)])
    running = start_consumer("-n")
    job = jobs.ended(job_id)
    assert (job.state, job.failures, job.lost) == (State.DEAD, 0, 2)
    assert job.error
    assert job.error.type == "DiedInQuarantine"
    assert job.error.message.startswith(WAYS[how])
    assert job.error.message in running.says("ERROR", job_id, "dead in quarantine")
    assert story(job)[-2:] == ["running", "dead"]


def test_stopped(start_consumer: StartConsumer, jobs: Jobs) -> None:
    """A job that stops the process keeps nobody waiting: the process is killed, and the second time the job is dead."""
    [pill, innocent] = suspects(jobs, [Pill("stop"), Nap()])
    running = start_consumer("-n", JOBS_LEASE="1")
    job = jobs.ended(pill, timeout=40)
    assert job.error
    assert (job.state, job.failures, job.lost, job.error.type) == (State.DEAD, 0, 2, "DiedInQuarantine")
    assert "since it was stopped for longer than a lease" in job.error.message
    running.says("WARNING", pill, "since it was stopped", "need not be this job's doing")
    assert jobs.ended(innocent).state is State.SUCCEEDED


def test_peak_memory(start_consumer: StartConsumer, jobs: Jobs) -> None:
    """The peak is in the error: what the job itself took, or at most what the process had before."""
    [greedy, modest] = suspects(jobs, [Pill("memory"), Pill("exit")])
    start_consumer("-n")
    [most, least] = [jobs.ended(each).error for each in (greedy, modest)]
    assert most
    assert least
    assert 150 < int(most.message.split()[-2]) < 400
    assert "peak memory at most" in least.message


def test_innocents(start_consumer: StartConsumer, jobs: Jobs) -> None:
    """Innocent suspects of both kinds run one after another in one process that is not the consumer's."""
    job_ids = suspects(jobs, [Nap(), Doze(), Nap(), Doze()])
    running = start_consumer("-n")
    ended = [jobs.ended(job_id) for job_id in job_ids]
    assert {(job.state, job.failures, job.lost) for job in ended} == {(State.SUCCEEDED, 0, 2)}
    assert {job.result for job in ended} == {str(pid).encode() for pid in quarantines(running)}


def test_ends_of_their_own(start_consumer: StartConsumer, jobs: Jobs) -> None:
    """What ends by itself in quarantine ends as everywhere: failed and tried again, snoozed, dead, timed out."""
    payloads = (Nap(0, failures=1), Wait(), Fail("refuse"), FailAsync("exit"), Stuck(), StuckAsync(), Order())
    job_ids = suspects(jobs, payloads)
    running = start_consumer("-n")
    again, snoozed, refused, exited, stuck, stuck_async, order = [jobs.ended(job_id) for job_id in job_ids]
    assert (again.state, again.failures, snoozed.state, snoozed.failures) == (State.SUCCEEDED, 1, State.SUCCEEDED, 0)
    # A suspect whose attempt has come to an end of its own is one no more.
    assert again.result == str(running.process.pid).encode()
    kinds = [(job.state, job.error and job.error.type) for job in (refused, exited, stuck, stuck_async)]
    assert kinds[0] == (State.DEAD, "jobdefs.errors.NotRetryable")
    assert kinds[1] == (State.DEAD, "consumer.attempt.HandlerExited")
    assert kinds[2:] == [(State.DEAD, "huey.exceptions.TaskTimeout")] * 2
    assert order.result
    assert jobs.ended(json.loads(order.result)).state is State.SUCCEEDED


def test_plain_tasks(start_consumer: StartConsumer, jobs: Jobs, tasks: ModuleType, ledger: Ledger) -> None:
    """Plain Huey tasks have their hooks and signals in quarantine, too, and one that dies there its error handler."""
    noted, handler = tasks.note("quiet"), tasks.show.s()
    pill = tasks.app.enqueue(tasks.pill.s().error(handler))
    make_suspects(jobs, [noted.id, pill.id])
    running = start_consumer("-n")
    assert jobs.ended(pill.id).state is State.DEAD
    shown: Any = Result(tasks.app, handler).get(blocking=True, timeout=5)
    assert shown[:2] == ["JobError", "DiedInQuarantine"]
    assert "exit code 9" in shown[2]
    eventually(lambda: noted.id in ledger.subjects("complete-succeeded"))
    writers = {writer for word, subject, writer in ledger.entries() if subject == noted.id}
    assert noted.id in ledger.subjects("post-quiet-NoneType")
    assert len(writers) == 1
    assert running.process.pid not in writers


def test_overdue(start_consumer: StartConsumer, jobs: Jobs) -> None:
    """A suspect that goes on after its timeout is killed, and has failed by its timeout; it is not condemned."""
    [deaf, innocent] = suspects(jobs, [Deaf(), Nap()])
    start_consumer("-n", JOBS_HANDLERS=f"{HANDLERS},tests.support.shop.impatient")
    job = jobs.ended(deaf)
    assert job.error
    assert (job.state, job.failures, job.error.type) == (State.DEAD, 1, "huey.exceptions.TaskTimeout")
    assert jobs.ended(innocent).state is State.SUCCEEDED


def test_cancel(start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger) -> None:
    """A suspect that runs can be cancelled; its process is killed, and nobody is condemned."""
    [job_id, innocent] = suspects(jobs, [Nap(LONG_S), Doze()])
    running = start_consumer("-n")
    eventually(lambda: job_id in ledger.subjects("start"))
    [pid] = quarantines(running)
    jobs.store.send(SubmissionCalls(NAMESPACE).cancel(job_id, timedelta(hours=1)))
    assert jobs.ended(job_id).state is State.CANCELLED
    assert is_gone(pid)
    assert jobs.ended(innocent).state is State.SUCCEEDED


def test_poison_among_innocents(start_consumer: StartConsumer, jobs: Jobs) -> None:
    """A pill that took down two consumers is dead after its first death in quarantine; nobody else is."""
    innocents = jobs.put_all([Nap(0.02)] * 100)
    pill = jobs.put(Pill("fault"))
    for _ in range(2):
        assert start_consumer("-n", "-w", "4", JOBS_LEASE="1").process.wait(10) == -signal.SIGSEGV
    last = start_consumer("-n", "-w", "4", JOBS_LEASE="1")
    job = jobs.ended(pill)
    assert (job.state, job.failures, job.lost) == (State.DEAD, 0, 2)
    assert {jobs.ended(each).state for each in innocents} == {State.SUCCEEDED}
    assert last.process.poll() is None


def test_poison_in_processes(start_consumer: StartConsumer, jobs: Jobs) -> None:
    """With process workers a consumer outlives a pill: two of its workers die, and then the quarantine's process."""
    innocents = jobs.put_all([Nap(0.02)] * 100)
    pill = jobs.put(Pill("memory"))
    running = start_consumer("-n", "-k", "process", "-w", "2", "-c", "0.2", JOBS_LEASE="1")
    job = jobs.ended(pill)
    assert (job.state, job.failures, job.lost) == (State.DEAD, 0, 2)
    assert {jobs.ended(each).state for each in innocents} == {State.SUCCEEDED}
    assert running.process.poll() is None


def test_many(start_consumer: StartConsumer, jobs: Jobs, capsys: pytest.CaptureFixture[str]) -> None:
    """500 short suspects are through within a minute."""
    job_ids = suspects(jobs, [Nap(), Doze()] * 250)
    began = time.monotonic()
    start_consumer("-n")
    ended = [jobs.ended(job_id, timeout=60) for job_id in job_ids]
    lasted = time.monotonic() - began
    with capsys.disabled():
        sys.stderr.write(f"\n500 suspects through the quarantine in {lasted:.1f} s\n")
    assert {job.state for job in ended} == {State.SUCCEEDED}
    assert lasted < 60
