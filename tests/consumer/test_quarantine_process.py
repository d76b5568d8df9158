"""The quarantine's process: one for each consumer, which never outlives it, and whose end by others condemns nobody."""

import json
import os
import signal
import time
from pathlib import Path

import pytest

from jobdefs import State
from tests.consumer.conftest import StartConsumer
from tests.support.consumers import HANDLERS, is_gone
from tests.support.jobs import Jobs, story
from tests.support.ledger import Ledger
from tests.support.shop.jobs import Fail, Nap
from tests.support.suspects import lose_often, parent_of, quarantines, suspects
from tests.support.waiting import eventually

LONG_S = 30


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


def test_frozen_consumer(start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger) -> None:
    """A consumer that has lost its suspect to another one kills the process in which it still runs."""
    [job_id] = suspects(jobs, [Nap(6)])
    first = start_consumer("-n", JOBS_LEASE="1")
    eventually(lambda: job_id in ledger.subjects("start"))
    [pid] = quarantines(first)
    with first.frozen():
        second = start_consumer("-n", JOBS_LEASE="1")
        eventually(lambda: ledger.subjects("start").count(job_id) == 2)
    eventually(lambda: is_gone(pid), what="the end of the process")
    job = jobs.ended(job_id, timeout=20)
    assert (job.state, job.failures, job.lost) == (State.SUCCEEDED, 0, 3)
    assert job.result == str(quarantines(second)[0]).encode()


def test_everything_killed(start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger) -> None:
    """Where the process is killed together with its consumer, as a container's end does it, nobody is condemned."""
    [job_id] = suspects(jobs, [Nap(0.5)])
    first = start_consumer("-n", JOBS_LEASE="1")
    eventually(lambda: job_id in ledger.subjects("start"))
    [pid] = quarantines(first)
    os.kill(pid, signal.SIGKILL)
    # Reaped: its consumer has seen it.
    eventually(lambda: not Path(f"/proc/{pid}").exists())
    first.kill()
    start_consumer("-n", JOBS_LEASE="1")
    job = jobs.ended(job_id)
    assert (job.state, job.failures, job.lost) == (State.SUCCEEDED, 0, 3)


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


def test_everybody_taken_along(start_consumer: StartConsumer, jobs: Jobs) -> None:
    """A job whose consumers vanish for ever, in quarantine too, is parked, and whoever notices says so."""
    job_id = jobs.put(Nap())
    lose_often(jobs, job_id, 19)
    running = start_consumer("-n")
    job = jobs.ended(job_id)
    assert (job.state, job.failures, job.lost) == (State.PARKED, 0, 20)
    running.says("CRITICAL", job_id, "its reason says more")
    jobs.replay(job_id)
    eventually(lambda: jobs.state(job_id) is State.SUCCEEDED)


def test_apart(start_consumer: StartConsumer, jobs: Jobs, tmp_path: Path) -> None:
    """The process has a session of its own, is not the kernel's first choice, and logs as its consumer does."""
    log = tmp_path / "log"
    [job_id] = suspects(jobs, [Fail("refuse")])
    running = start_consumer("-n", "-l", str(log), JOBS_LOG_FORMAT="json")
    jobs.ended(job_id)
    [pid] = quarantines(running)
    assert os.getsid(pid) == pid
    own, its = (Path(f"/proc/{each}/oom_score_adj").read_text() for each in ("self", pid))
    assert its == own
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [line["job_name"] for line in lines if line.get("job_id") == job_id and "exception" in line] == ["FAIL"]
    assert running.lines == []
