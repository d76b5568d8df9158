"""The preflight reads: it changes nothing, holds little in memory, and takes no longer than a deploy can wait."""

import os
import subprocess
import sys
from collections.abc import Callable

import attrs
import pytest

from jobdefs.runtime.exits import Exit
from jobdefs.storage.contract import Outcome
from tests.preflight.conftest import NEWER, ROOT, Preflight
from tests.support.stage import HOUR, NAMESPACE, Stage, new_job

MANY = 100_000
MIB = 1024


def test_nothing_is_changed(stage: Stage, preflight: Preflight) -> None:
    """Everything that the server holds is the same, byte by byte, before and after."""
    stage.submit("parked", "dead", "running", name="CHANGED")
    for claim in stage.claim(2):
        stage.settle(claim, Outcome(claim.id), keep=HOUR)
    stage.claim()
    stage.submit("ready", "scheduled", name="RETIRED", delay=HOUR)
    before = stage.dump()
    assert preflight().code == Exit.FINDINGS
    assert stage.dump() == before


def test_no_key_space_is_made(stage: Stage, preflight: Preflight) -> None:
    """On an empty server there is nothing to tell, and it stays empty."""
    assert preflight().out == "there are no jobs: nothing stands against this build\n"
    assert stage.dump() == {}


@attrs.frozen
class Used:
    """What a preflight took: the most memory that it had, in KiB, and time of a processor, in seconds."""

    peak: int
    seconds: float


@pytest.fixture
def measured(redis_url: str) -> Callable[[], Used]:
    """Run the preflight, and tell what it took."""
    given = {"REDIS_URL": redis_url, "JOBS_NAMESPACE": NAMESPACE, "JOBS_MODULES": NEWER, "JOBS_HANDLERS": NEWER}

    def run() -> Used:
        command = [sys.executable, "-m", "consumer.preflight"]
        process = subprocess.Popen(command, env=given, cwd=ROOT, stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == Exit.OK
        return Used(used.ru_maxrss, used.ru_utime + used.ru_stime)

    return run


@pytest.mark.timeout(180)
def test_very_many_jobs(stage: Stage, measured: Callable[[], Used]) -> None:
    """100,000 jobs take no more memory than none, give or take 16 MiB, and less than 20 s of a processor."""
    least = measured()
    for first in range(0, MANY, 1_000):
        stage.submit_all([new_job(f"job-{number}", name="KEPT") for number in range(first, first + 1_000)])
    taken = measured()
    assert taken.peak < least.peak + 16 * MIB
    assert taken.seconds < 20


def test_large_jobs(stage: Stage, measured: Callable[[], Used]) -> None:
    """Jobs with nearly the largest payloads there are come a few at a time, also behind many small ones."""
    least = measured()
    payload = b'{"unit":"%b","number":1}' % (b"x" * 250_000)
    stage.submit_all([new_job(f"job-{number}", name="KEPT") for number in range(1_000)])
    for number in range(200):
        stage.submit(f"large-{number}", name="CHANGED", payload=payload)
    assert measured().peak < least.peak + 16 * MIB
