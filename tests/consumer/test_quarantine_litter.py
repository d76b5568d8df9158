"""A suspect meets nothing that an earlier one left behind: what is spoilt is replaced, so each death is a proof."""

import os
import signal
from collections.abc import Callable
from functools import partial

import attrs
import pytest

from jobdefs import State, load_catalog
from tests.consumer.conftest import StartConsumer
from tests.support.consumers import RunningConsumer
from tests.support.jobs import Jobs
from tests.support.ledger import Ledger
from tests.support.litter.jobs import Litter, LitterAsync, Rest, Sulk
from tests.support.suspects import quarantines, suspects
from tests.support.waiting import eventually

LITTER = ("thread", "pool", "memory", "peak", "child", "directory", "stream", "signals", "limits")
Start = Callable[..., RunningConsumer]
MODULES = {"JOBS_MODULES": "tests.support.litter.jobs", "JOBS_HANDLERS": "tests.support.litter.handlers"}
LITTERING = [Litter(what) for what in LITTER] + [LitterAsync("timer"), LitterAsync("task")]


@pytest.fixture
def jobs(jobs: Jobs) -> Jobs:
    """The jobs that leave something behind."""
    return attrs.evolve(jobs, catalog=load_catalog(MODULES["JOBS_MODULES"]))


@pytest.fixture
def start(start_consumer: StartConsumer) -> Start:
    """Start a consumer of them."""
    return partial(start_consumer, "-n", **MODULES)


def in_order(jobs: Jobs, *payloads: object) -> list[str]:
    """Put jobs in and make suspects of them, which are claimed in this order; return their ids."""
    return [job_id for payload in payloads for job_id in suspects(jobs, [payload])]


@pytest.mark.parametrize("littering", LITTERING, ids=lambda job: job.what)
def test_litter(start: Start, jobs: Jobs, littering: object) -> None:
    """What a job leaves behind costs its process: the next suspects have another one, and come to no harm."""
    job_ids = in_order(jobs, littering, Rest(1), Rest())
    running = start()
    ended = [jobs.ended(job_id) for job_id in job_ids]
    assert {(job.state, job.failures, job.lost) for job in ended} == {(State.SUCCEEDED, 0, 2)}
    first, second, third = (job.result for job in ended)
    assert first != second
    assert second == third
    running.says("INFO", "replaced, since a job left something behind")


def test_alarm(start: Start, jobs: Jobs) -> None:
    """A timer of the process that a job has set is stopped with it."""
    job_ids = in_order(jobs, Litter("alarm"), Rest(1))
    start()
    ended = [jobs.ended(job_id) for job_id in job_ids]
    assert {job.state for job in ended} == {State.SUCCEEDED}
    assert len({job.result for job in ended}) == 1


def test_pill_after_litter(start: Start, jobs: Jobs) -> None:
    """A pill that takes much memory is condemned at once, also behind one that had much before."""
    job_ids = in_order(jobs, Litter("peak"), Litter("greed"))
    start()
    _, pill = [jobs.ended(job_id) for job_id in job_ids]
    assert (pill.state, pill.lost) == (State.DEAD, 2)
    assert pill.error
    assert "peak memory at most" not in pill.error.message


def test_killed_innocent(start: Start, jobs: Jobs, ledger: Ledger) -> None:
    """Whoever kills the process from outside condemns nobody: the job runs again, a suspect as before."""
    [job_id] = suspects(jobs, [Rest(1)])
    running = start()
    eventually(lambda: job_id in ledger.subjects("start"))
    [pid] = quarantines(running)
    os.kill(pid, signal.SIGKILL)
    job = jobs.ended(job_id)
    assert (job.state, job.failures, job.lost) == (State.SUCCEEDED, 0, 2)
    assert job.result == str(quarantines(running)[0]).encode()
    running.says("WARNING", job_id, "by signal 9 (SIGKILL), which need not be this job's doing")


def test_suicide(start: Start, jobs: Jobs) -> None:
    """A job whose process is killed twice is dead, however little memory it took."""
    [job_id] = suspects(jobs, [Litter("kill")])
    running = start()
    job = jobs.ended(job_id)
    assert (job.state, job.failures, job.lost) == (State.DEAD, 0, 2)
    assert job.error
    assert "signal 9 (SIGKILL)" in job.error.message
    assert len(running.logged("WARNING", job_id, "need not be this job's doing")) == 1


def test_killed_at_timeout(start: Start, jobs: Jobs) -> None:
    """A suspect that only a kill could end at its timeout has failed, and tries again in quarantine."""
    [job_id] = suspects(jobs, [Sulk()])
    running = start(JOBS_HANDLERS=f"{MODULES['JOBS_HANDLERS']},tests.support.shop.impatient")
    job = jobs.ended(job_id)
    assert (job.state, job.failures, job.lost) == (State.SUCCEEDED, 1, 2)
    assert job.result == str(quarantines(running)[0]).encode()
