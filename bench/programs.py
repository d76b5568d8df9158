"""Programs under measurement, each started as a user would start it, and the CPU time that they take."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import attrs

from bench import ledger
from bench.contestants import Contestant
from bench.ledger import Ledger
from bench.race import Figures
from jobdefs.storage.private_server import death_with_parent

_ROOT: Final = Path(__file__).parents[1]
_OWN_VARIABLES: Final = ("JOBS_", "REDIS_URL")
_PATIENCE_S: Final = 20.0


class BenchFailed(Exception):
    """Something could not be measured; the text holds the end of the program's log, where there is one."""


@attrs.frozen
class Program:
    """A program that runs, and what it prints."""

    process: subprocess.Popen[bytes]
    log: Path

    def tail(self) -> str:
        """Return the end of what it printed."""
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-10:])

    def address(self) -> tuple[str, int]:
        """Return where a service listens, as soon as it says so."""
        deadline = time.monotonic() + _PATIENCE_S
        while "listening on http://" not in (told := self.log.read_text()):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise BenchFailed(f"a service does not listen; its log ends:\n{self.tail()}")
            time.sleep(0.01)
        host, _, port = told.partition("listening on http://")[2].split()[0].rpartition(":")
        return host, int(port)

    def cpu_s(self) -> float:
        """Return the CPU time that it and its children have taken, in seconds."""
        taken_ns, session = 0, self.process.pid
        for process in Path("/proc").iterdir():
            with suppress(OSError):
                if process.name.isdigit() and os.getsid(int(process.name)) == session:
                    taken_ns += sum(int(path.read_text().split()[0]) for path in process.glob("task/*/schedstat"))
        return taken_ns / 1e9


class Meter:
    """Tells which share of the time a program and the server were busy, in percent of one core each."""

    def __init__(self, name: str, program: Program, client: Any) -> None:
        self._name, self._program, self._client = name, program, client
        self._before = self._now()

    def shares(self) -> Figures:
        """Return the shares since this was made: the program's, under its name, and ``server``."""
        wall, *taken = (now - before for now, before in zip(self._now(), self._before, strict=True))
        return {name: 100 * part / wall for name, part in zip((self._name, "server"), taken, strict=True)}

    def _now(self) -> tuple[float, float, float]:
        told = self._client.info("cpu")
        return time.monotonic(), self._program.cpu_s(), told["used_cpu_user"] + told["used_cpu_sys"]


@contextmanager
def running(command: Sequence[str | Path], variables: Mapping[str, str]) -> Iterator[Program]:
    """Run a program with the settings that ship, whatever those of whoever runs this."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(_OWN_VARIABLES)}
    with TemporaryDirectory(prefix="bench-") as place:
        log = Path(place) / "log"
        with log.open("wb") as lines:
            process = subprocess.Popen(
                command,
                cwd=_ROOT,
                env={**environment, **variables},
                stdout=lines,
                stderr=lines,
                start_new_session=True,
                preexec_fn=death_with_parent(),  # noqa: PLW1509 - one system call
            )
        try:
            yield Program(process, log)
        finally:
            # A session of its own holds nothing but the program and its children.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def consumer(contestant: Contestant, url: str, book: Ledger) -> Iterator[Program]:
    """Run a contestant's consumer."""
    command: list[str | Path] = [Path(sys.executable).with_name("huey_consumer"), contestant.app, *contestant.options]
    with running(command, contestant.environment(url) | {ledger.VARIABLE: str(book.path)}) as program:
        yield program


@contextmanager
def module(name: str, *arguments: str, **variables: str) -> Iterator[Program]:
    """Run one of Python's modules as a program."""
    with running([sys.executable, "-m", name, *arguments], variables) as program:
        yield program


def awaited(program: Program, book: Ledger, number: int) -> int:
    """Return when the job of this number began, in ns of the monotonic clock; raises BenchFailed if it never does."""
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline and program.process.poll() is None:
        for noted, moment_ns in book.read(0.1):
            if noted == number:
                return moment_ns
    raise BenchFailed(f"job {number} did not begin; the program's log ends:\n{program.tail()}")
