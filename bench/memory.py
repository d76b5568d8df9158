"""``python -m bench.memory``: how many bytes of the server's memory a job takes, in each part of its life."""

import argparse
import shutil
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from bench import server
from jobdefs.record import Envelope
from jobdefs.storage import server_binary
from jobdefs.storage.contract import NewJob, Outcome, Settlement
from jobdefs.storage.drivers import Store
from jobdefs.storage.execution import ExecutionCalls
from jobdefs.storage.submission import SubmissionCalls
from jobdefs.wire import envelope

_PAYLOAD: Final = b'{"message":"' + b"x" * 75 + b'","number":1}'
_AT_ONCE: Final = 250
_HOUR: Final = timedelta(hours=1)


def main() -> int:
    """Print one column for each server program on this machine; return 0."""
    parser = argparse.ArgumentParser(prog="bench.memory", description="Measures bytes per job.")
    parser.add_argument("--jobs", type=int, default=100_000, help="how many jobs there are at once (100,000)")
    jobs: int = parser.parse_args().jobs
    columns = {}
    for program in programs():
        with server.running(program) as running:
            columns[server.name(running)] = dict(_lives(running, jobs))
    print(f"bytes per job: {jobs:,} TEST_JOBs, ids of 32 characters, payloads of {len(_PAYLOAD)} bytes\n")
    print("\n".join(_table(columns)))
    return 0


def programs() -> set[Path]:
    """Return the server programs on this machine."""
    found = (server_binary.embedded(), *map(shutil.which, ("valkey-server", "redis-server")))
    return {Path(program) for program in found if program is not None}


def _table(columns: dict[str, dict[str, int]]) -> Iterator[str]:
    yield f"| state | {' | '.join(columns)} |"
    yield f"|---|{'---|' * len(columns)}"
    for state in next(iter(columns.values())):
        yield f"| {state} | {' | '.join(f'{column[state]:,}' for column in columns.values())} |"


def _lives(running: server.Server, jobs: int) -> Iterator[tuple[str, int]]:
    store, empty = Store(running.url), used(running.client)

    def per_job() -> int:
        return round((used(running.client) - empty) / jobs)

    submit(store, jobs, _HOUR)
    yield "scheduled", per_job()
    running.client.flushall()
    submit(store, jobs, timedelta(0))
    yield "ready", per_job()
    _work(store, jobs, Outcome.RELEASED)
    yield "ready after an attempt", per_job()
    _work(store, jobs, None)
    yield "running", per_job()
    running.client.flushall()
    submit(store, jobs, timedelta(0))
    _work(store, jobs, Outcome.SUCCEEDED)
    yield "succeeded", per_job()
    _prune(store, jobs)
    yield "forgotten, its tombstone", per_job()
    store.close()


def used(client: Any) -> int:
    """Return how many bytes the server has taken."""
    return int(client.info("memory")["used_memory"])


def submit(store: Store, jobs: int, delay: timedelta) -> None:
    """Put in TEST_JOBs with a payload of 100 bytes."""
    for _ in range(0, jobs, _AT_ONCE):
        batch = [NewJob(envelope=_envelope(), delay=delay) for _ in range(_AT_ONCE)]
        store.send(SubmissionCalls("jobs").submit(batch))


def _envelope() -> bytes:
    job_id = envelope.new_id()
    return envelope.write(Envelope(id=job_id, name="TEST_JOB", queue="default", priority=0, payload=_PAYLOAD))


def _work(store: Store, jobs: int, outcome: Outcome | None) -> None:
    """Claim as many jobs as there are and give all of them this outcome, or let them run."""
    held = []
    for number in range(0, jobs, _AT_ONCE):
        call = ExecutionCalls("jobs").exchange(
            queues=["default"], want=_AT_ONCE, token=f"{number:032x}", holder="bench"
        )
        held.append(store.send(call).claims)
    if outcome is None:
        return
    for number, claims in enumerate(held):
        ends = [Settlement(id=claim.id, token=claim.token, outcome=outcome, result=b"1") for claim in claims]
        call = ExecutionCalls("jobs").exchange(queues=[], want=0, token=f"{number}", holder="bench", settlements=ends)
        store.send(call)


def _prune(store: Store, jobs: int) -> None:
    tomorrow_ms = round(time.time() * 1000) + 25 * _HOUR // timedelta(milliseconds=1)
    for number in range(0, jobs, 100):
        calls = ExecutionCalls("jobs", clock=lambda: tomorrow_ms)
        store.send(calls.exchange(queues=[], want=0, token=f"{number}", holder="bench"))


if __name__ == "__main__":
    sys.exit(main())
