"""SIGTERM and SIGINT: what runs may finish, the rest goes back at once, and nothing is left running."""

import os
import signal
import time

import pytest

from jobdefs import State
from tests.consumer.conftest import StartConsumer
from tests.support.consumers import is_gone
from tests.support.jobs import Jobs
from tests.support.ledger import Ledger
from tests.support.shop.jobs import Add, Doze, Nap
from tests.support.waiting import eventually

LONG_S = 30


def begun(ledger: Ledger, *job_ids: str) -> None:
    eventually(lambda: set(job_ids) <= set(ledger.subjects("start")), what="the start of the jobs")


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_drain(start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger, kind: str, signum: int) -> None:
    """What runs when the signal comes finishes; what has not begun is ready for others at once."""
    running = start_consumer("-n", "-k", kind, "-w", "1")
    # Of very short jobs, a worker is given a batch in advance.
    for job_id in jobs.put_all([Add(1, 1)] * 50):
        jobs.ended(job_id)
    dozing, holding, *behind = jobs.put_all([Doze(0.5), Nap(0.5), *[Add(1, 1)] * 10])
    begun(ledger, holding, dozing)
    running.send(signum)
    eventually(lambda: {jobs.state(job_id) for job_id in behind} == {State.READY})
    assert {jobs.state(holding), jobs.state(dozing)} == {State.RUNNING}
    later = jobs.put(Add(1, 1))
    assert running.process.wait(5) == 0
    assert {jobs.state(holding), jobs.state(dozing)} == {State.SUCCEEDED}
    for job_id in (later, *behind):
        job = jobs.find(job_id)
        assert job is not None
        assert (job.state, job.failures, job.lost) == (State.READY, 0, 0)


def test_unfinished_jobs_go_back(start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger, kind: str) -> None:
    """-t bounds the drain: a job that is not done by then is handed back ready, and no attempt is counted."""
    running = start_consumer("-n", "-k", kind, "-w", "2", "-t", "0.2")
    unfinished = jobs.put_all([Nap(LONG_S), Doze(LONG_S)])
    begun(ledger, *unfinished)
    children = running.children
    began = time.monotonic()
    assert running.stop(signal.SIGTERM) == 0
    assert 0.2 <= time.monotonic() - began < 3
    assert all(is_gone(child) for child in children)
    for job_id in unfinished:
        job = jobs.find(job_id)
        assert job is not None
        assert (job.state, job.failures, job.lost) == (State.READY, 0, 0)
    assert ledger.subjects("end") == []


@pytest.mark.parametrize("signals", [(signal.SIGTERM, signal.SIGTERM), (signal.SIGINT, signal.SIGTERM)])
def test_second_signal(
    start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger, kind: str, signals: tuple[int, int]
) -> None:
    """A second signal, the same or the other, hands back at once what runs."""
    running = start_consumer("-n", "-k", kind, "-w", "2")
    unfinished = jobs.put_all([Nap(LONG_S), Doze(LONG_S)])
    begun(ledger, *unfinished)
    children = running.children
    running.send(signals[0])
    running.says("Shutting down gracefully")
    running.stop(signals[1], within=4)
    assert all(is_gone(child) for child in children)
    for job_id in unfinished:
        job = jobs.find(job_id)
        assert job is not None
        assert (job.state, job.failures, job.lost) == (State.READY, 0, 0)


def test_two_signals_at_once(start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger, kind: str) -> None:
    """Two signals that come together do what two signals do: no traceback, no lost job."""
    running = start_consumer("-n", "-k", kind, "-w", "2")
    unfinished = jobs.put_all([Nap(LONG_S), Doze(LONG_S)])
    begun(ledger, *unfinished)
    running.stop(signal.SIGTERM, signal.SIGINT, signal.SIGTERM, within=4)
    assert {jobs.state(job_id) for job_id in unfinished} == {State.READY}
    assert running.logged("Traceback") == []


def test_hang_up(start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger, kind: str) -> None:
    """SIGHUP drains, and then starts the consumer anew."""
    running = start_consumer("-n", "-k", kind)
    job_id = jobs.put(Nap(0.3))
    begun(ledger, job_id)
    running.send(signal.SIGHUP)
    eventually(lambda: running.notices.all().count("READY=1") == 2)
    assert jobs.state(job_id) is State.SUCCEEDED
    assert jobs.run(Add(1, 1)).state is State.SUCCEEDED
    assert running.stop() == 0


def test_ctrl_c(start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger) -> None:
    """Ctrl-C reaches every process of a terminal; the children leave it to their consumer, which drains."""
    running = start_consumer("-n", "-k", "process", "-w", "2")
    job_id = jobs.put(Nap(0.5))
    begun(ledger, job_id)
    os.killpg(running.process.pid, signal.SIGINT)
    assert running.process.wait(5) == 0
    assert jobs.state(job_id) is State.SUCCEEDED
    assert running.logged("Traceback") == []


def test_children_of_a_killed_consumer(start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger) -> None:
    """The children of a consumer that was killed finish what they run, tell the store, and end by themselves."""
    running = start_consumer("-n", "-k", "process", "-w", "2")
    children = running.children
    assert len(children) == 3
    job_id = jobs.put(Nap(0.3))
    begun(ledger, job_id)
    running.kill()
    eventually(lambda: all(is_gone(child) for child in children), timeout=5, what="the end of the children")
    assert jobs.state(job_id) is State.SUCCEEDED
