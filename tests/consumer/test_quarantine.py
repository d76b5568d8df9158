"""Suspects run in a process of their own; whoever ends it is dead at once, and nobody else comes to harm."""

import json
import os
import signal
import sys
import time
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from huey.api import Result

from jobdefs import State
from jobdefs.storage.submission import SubmissionCalls
from tests.consumer.conftest import StartConsumer
from tests.support.consumers import HANDLERS, RunningConsumer, is_gone
from tests.support.jobs import NAMESPACE, Jobs, story
from tests.support.ledger import Ledger
from tests.support.shop.jobs import Deaf, Doze, Fail, FailAsync, Nap, Order, Pill, Stuck, StuckAsync, Wait
from tests.support.suspects import make_suspects, suspects
from tests.support.waiting import eventually

LONG_S = 30
WAYS = {
    "exit": "its process ended with exit code 9, peak memory ",
    "fault": "its process ended by signal 11 (SIGSEGV), peak memory ",
    "memory": "its process ended by signal 9 (SIGKILL), peak memory ",
}


def quarantines(running: RunningConsumer) -> list[int]:
    """Return the processes of a consumer's quarantine, whichever of its processes started them."""
    family = [running.process.pid, *running.children]
    threads = [thread for pid in family for thread in Path(f"/proc/{pid}/task").glob("*/children")]
    below = {int(child) for thread in threads for child in thread.read_text().split()}
    return [pid for pid in below if b"consumer.quarantine" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def parent_of(pid: int) -> int:
    """Return the process that started another."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


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
    start_consumer("-n")
    job = jobs.ended(deaf, timeout=15)
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


def test_killed_consumer(start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger) -> None:
    """The suspect of a consumer that vanishes is not condemned, and runs again as a suspect; its process is gone."""
    [job_id] = suspects(jobs, [Nap(1)])
    first = start_consumer("-n", JOBS_LEASE="1")
    eventually(lambda: job_id in ledger.subjects("start"))
    [pid] = quarantines(first)
    first.kill()
    eventually(lambda: is_gone(pid), timeout=2, what="the end of the quarantine's process")
    second = start_consumer("-n", JOBS_LEASE="1")
    job = jobs.ended(job_id)
    assert (job.state, job.failures, job.lost) == (State.SUCCEEDED, 0, 3)
    assert job.result == str(quarantines(second)[0]).encode()


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_drain(start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger, signum: int) -> None:
    """A suspect may finish while its consumer drains, also where the signal reaches every process of the terminal."""
    [job_id] = suspects(jobs, [Nap(0.5)])
    running = start_consumer("-n")
    eventually(lambda: job_id in ledger.subjects("start"))
    [pid] = quarantines(running)
    os.kill(pid, signum)
    assert running.stop(signum) == 0
    assert is_gone(pid)
    assert jobs.state(job_id) is State.SUCCEEDED


def test_unfinished(start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger, kind: str) -> None:
    """A suspect that has not finished when the drain is over goes back, a suspect as before; its process is gone."""
    [job_id] = suspects(jobs, [Nap(LONG_S)])
    running = start_consumer("-n", "-k", kind, "-t", "0.2")
    eventually(lambda: job_id in ledger.subjects("start"))
    [pid] = quarantines(running)
    began = time.monotonic()
    assert running.stop() == 0
    assert time.monotonic() - began < 3
    assert is_gone(pid)
    job = jobs.find(job_id)
    assert job
    assert (job.state, job.failures, job.lost, story(job)[-1]) == (State.SUSPECT, 0, 2, "released")


def test_killed_while_idle(start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger) -> None:
    """A process that dies while nothing runs in it is replaced, and nobody is condemned."""
    running = start_consumer("-n")
    results = []
    for _ in range(2):
        with running.frozen():
            [job_id] = suspects(jobs, [Nap()])
        results.append(jobs.ended(job_id))
        [pid] = quarantines(running)
        os.kill(pid, signal.SIGKILL)
    assert {job.state for job in results} == {State.SUCCEEDED}
    assert len({job.result for job in results}) == 2
    running.says("while nothing ran in it")


def test_one_of_many(start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger) -> None:
    """With process workers one of them has the quarantine; when it dies, another one has it within seconds."""
    job_ids = suspects(jobs, [Nap(0.2)] * 6)
    running = start_consumer("-n", "-k", "process", "-w", "3", JOBS_LEASE="1")
    eventually(lambda: len(ledger.subjects("end")) == 2)
    [first] = quarantines(running)
    os.kill(parent_of(first), signal.SIGKILL)
    ended = [jobs.ended(job_id) for job_id in job_ids]
    [second] = quarantines(running)
    assert second != first
    assert {job.state for job in ended} == {State.SUCCEEDED}
    assert {job.result for job in ended} == {str(pid).encode() for pid in (first, second)}


def test_no_process(start_consumer: StartConsumer, jobs: Jobs, tmp_path: Path) -> None:
    """Where the process cannot start, nobody is condemned: it is tried again, and the log says what is wrong."""
    module = tmp_path / "fickle.py"
    module.write_text("")
    running = start_consumer("-n", PYTHONPATH=str(tmp_path), JOBS_HANDLERS=f"{HANDLERS},fickle")
    module.write_text("raise ValueError('not today')")
    with running.frozen():
        [job_id] = suspects(jobs, [Nap()])
    running.says("ERROR", "not today")
    running.says("ERROR", job_id, "did not begin: it ended with exit code", "next try in")
    module.write_text("")
    job = jobs.ended(job_id)
    assert (job.state, job.failures, job.lost) == (State.SUCCEEDED, 0, 2)


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
