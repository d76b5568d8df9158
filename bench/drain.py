"""One drain: a backlog is laid out, a consumer started, and the time taken from the first start to the last result."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import attrs

from bench import ledger
from bench.contestants import Contestant
from bench.server import Server, running
from jobdefs.storage.private_server import death_with_parent

_ROOT: Final = Path(__file__).parents[1]
_STALLED_S: Final = 10.0
_SHORTEST_LOOK_S, _LONGEST_LOOK_S = 0.001, 0.01
_OWN_VARIABLES: Final = ("JOBS_", "REDIS_URL")


class DrainFailed(Exception):
    """A consumer ended, or did nothing; the text holds the end of its log."""


@attrs.frozen
class Run:
    """One measurement: the rate, how many jobs never came to an end, and the machine's load over the last minute."""

    jobs_per_s: float
    missing: int
    load: float

    def __str__(self) -> str:
        missing = f", {self.missing:,} missing" if self.missing else ""
        return f"{self.jobs_per_s:,.0f} jobs/s{missing}"


def drain(contestant: Contestant, jobs: int) -> Run:
    """Measure one drain of ``jobs`` jobs; raises DrainFailed."""
    # A server of its own: on a shared one, what still waits there for a killed consumer takes jobs of the next backlog.
    with running() as server, TemporaryDirectory(prefix="bench-") as place:
        contestant.fill(server.url, jobs)
        if (waiting := contestant.waiting(server.client)) != jobs:
            raise DrainFailed(f"{contestant.name}: {waiting} of {jobs} jobs were waiting before its consumer started")
        started, log = Path(place) / "ledger", Path(place) / "log"
        with _consumer(contestant, server.url, started, log) as process:
            done, ended_ns = _follow(contestant, server, jobs, process)
        if done == 0:
            raise DrainFailed(f"{contestant.name} did none of {jobs} jobs; its log ends:\n{_tail(log)}")
        duration_s = (ended_ns - ledger.first_start_ns(started)) / 1e9
        return Run(done / duration_s, jobs - done, os.getloadavg()[0])


@contextmanager
def _consumer(contestant: Contestant, url: str, started: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a consumer as shipped, whatever the settings of whoever runs this."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(_OWN_VARIABLES)}
    environment |= contestant.environment(url) | {ledger.VARIABLE: str(started)}
    command: list[str | Path] = [Path(sys.executable).with_name("huey_consumer"), contestant.app, *contestant.options]
    with log.open("wb") as lines:
        process = subprocess.Popen(
            command,
            cwd=_ROOT,
            env=environment,
            stdout=lines,
            stderr=lines,
            start_new_session=True,
            preexec_fn=death_with_parent(),  # noqa: PLW1509 - one system call
        )
    try:
        yield process
    finally:
        # Nothing is left to be drained, and a session of its own holds nothing but the consumer and its workers.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _follow(contestant: Contestant, server: Server, jobs: int, process: subprocess.Popen[bytes]) -> tuple[int, int]:
    """Return how many results came into the store, and when the last one was seen (ns of the monotonic clock).

    Each look is as far off as half of what is left will take, so that few looks disturb nobody and the last ones come
    close together. A consumer that stands still is not waited for.
    """
    seen, changed_ns, look_s = 0, time.monotonic_ns(), _LONGEST_LOOK_S
    while seen < jobs:
        time.sleep(look_s)
        done, now_ns = contestant.done(server.client), time.monotonic_ns()
        if done > seen:
            left_s = (jobs - done) * (now_ns - changed_ns) / (done - seen) / 1e9
            look_s = min(max(left_s / 2, _SHORTEST_LOOK_S), _LONGEST_LOOK_S)
            seen, changed_ns = done, now_ns
        elif process.poll() is not None or now_ns - changed_ns > _STALLED_S * 1e9:
            break
    return seen, changed_ns


def _tail(log: Path) -> str:
    return "\n".join(log.read_text("utf-8", "replace").splitlines()[-10:])
