"""``python -m bench.retention``: what is left of many jobs when they are over: keys and memory, before and after."""

import argparse
import sys
import time
from datetime import timedelta
from typing import Any, Final

from bench import server
from bench.memory import programs
from bench.waves import NAMESPACE, WAVE, Waves
from jobdefs.policy import LEASE
from jobdefs.storage.drivers import Store
from jobdefs.storage.inspection import InspectionCalls
from jobdefs.storage.upkeep import UpkeepCalls

_PASS: Final = timedelta(seconds=5)


def main() -> int:
    """Print the figures for each server program on this machine; return 0 if as many keys are left as there were."""
    parser = argparse.ArgumentParser(prog="bench.retention", description="Counts what is left of jobs that are over.")
    parser.add_argument("--jobs", type=int, default=100_000, help="how many jobs come and go (100,000)")
    jobs: int = parser.parse_args().jobs
    left = 0
    for program in programs():
        with server.running(program) as running:
            left += _measure(running, jobs)
    return 1 if left else 0


def _measure(running: server.Server, jobs: int) -> int:
    waves = Waves(Store(running.url))
    # Keys that stay come with the first jobs.
    for _ in range(2):
        waves.wave()
    waves.rest()
    keys, memory, came = _keys(running.client), _used(running.client), waves.jobs
    _print(server.name(running), "before", keys, memory)
    most = keys
    while waves.jobs - came < jobs:
        waves.wave()
        most = max(most, running.client.dbsize())
    waves.rest()
    after = _keys(running.client)
    ledger = waves.store.send(InspectionCalls(NAMESPACE).ledger())
    _print(server.name(running), f"{waves.jobs - came:,} jobs later", after, _used(running.client))
    print(f"  most keys meanwhile {most:,}; repairs {_sweep(waves)}; ledger {'off' if ledger.faults else 'balanced'}")
    waves.store.close()
    return after - keys


def _print(name: str, when: str, keys: int, memory: int) -> None:
    print(f"{name}, {when}: {keys:,} keys, {memory / 1024:,.0f} KiB")


def _keys(client: Any) -> int:
    # What has a time to live is over, and leaves when the server comes by.
    time.sleep(1)
    return sum(1 for _ in client.scan_iter(count=1_000))


def _used(client: Any) -> int:
    client.memory_purge()
    return int(client.info("memory")["used_memory"])


def _sweep(waves: Waves) -> int:
    repairs, ended = 0, False
    while not ended:
        waves.wait(_PASS)
        step = waves.store.send(UpkeepCalls(NAMESPACE, LEASE, waves.clock, at_once=WAVE).sweep())
        repairs, ended = repairs + len(step.repairs), step.ended
    return repairs


if __name__ == "__main__":
    sys.exit(main())
