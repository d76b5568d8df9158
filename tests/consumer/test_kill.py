"""kill -9 in mid-run: whatever was acknowledged comes to its end."""

import sys
from collections import Counter
from datetime import timedelta

import pytest

from jobdefs import State
from tests.consumer.conftest import StartConsumer
from tests.support.consumers import RunningConsumer
from tests.support.jobs import Jobs
from tests.support.ledger import Ledger
from tests.support.shop.jobs import Nap
from tests.support.waiting import eventually

WORKERS = 8
KILLED_AFTER = (50, 170, 290)
PIECE_S = 0.05


def kill_in_mid_run(running: RunningConsumer, ledger: Ledger, *, after: int) -> None:
    """Kill a consumer once so many handlers have ended, while all its workers are between start and end of one."""

    def killed() -> bool:
        with running.frozen():
            if len(ledger.subjects("end")) >= after and ledger.under_way(running.process.pid) >= WORKERS:
                running.kill()
        return running.process.poll() is not None

    eventually(killed, what=f"{WORKERS} handlers under way")


def put_all_kinds(jobs: Jobs) -> list[str]:
    """Put in 500 jobs of 50 ms: every third fails once or twice, and every fifth is delayed by up to four seconds."""
    return [
        jobs.put(
            Nap(PIECE_S, failures=number % 3 % 2 + number % 9 // 8),
            delay=timedelta(seconds=number % 20 / 5) if number % 5 == 0 else timedelta(0),
        )
        for number in range(500)
    ]


def test_nothing_is_lost(
    start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of 500 jobs none is lost when their consumer is killed three times, each time in the midst of eight handlers."""
    job_ids = put_all_kinds(jobs)
    for after in KILLED_AFTER:
        running = start_consumer("-n", "-w", str(WORKERS), JOBS_LEASE="2")
        kill_in_mid_run(running, ledger, after=after)
    start_consumer("-n", "-w", str(WORKERS), JOBS_LEASE="2")
    ended = [jobs.ended(job_id, timeout=30) for job_id in job_ids]
    lost = [job for job in ended if job.state is not State.SUCCEEDED]
    starts = Counter(ledger.subjects("start"))
    again = sum(starts[job.id] - 1 - job.failures for job in ended)
    with capsys.disabled():
        sys.stderr.write(f"\nkill -9, {len(KILLED_AFTER)} times: {len(lost)} of {len(ended)} lost, {again} run again\n")
    assert not lost
    assert again >= len(KILLED_AFTER) * WORKERS
