"""The command `jobs` as a person or a script runs it, each test with an environment of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import attrs
import pytest

from jobdefs.storage.contract import Claim, Settlement
from jobdefs.storage.drivers import Store
from jobdefs.storage.execution import ExecutionCalls
from tests.support.waiting import eventually

COMMAND = Path(sys.executable).with_name("aiohttp-huey")
TOKEN = "0123456789abcdef"


@attrs.frozen
class Done:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str


@attrs.frozen
class Jobs:
    """Runs `jobs` in a directory, with an environment."""

    environment: Mapping[str, str]
    directory: Path
    started: list[subprocess.Popen[bytes]] = attrs.field(factory=list)

    def __call__(self, *arguments: str, stdin: str = "", **environment: str) -> Done:
        """Run a command to its end."""
        done = subprocess.run(
            [COMMAND, *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            env={**self.environment, **environment},
            cwd=self.directory,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: str, **environment: str) -> "Running":
        """Start a command that goes on."""
        out = self.directory / f"{arguments[0]}.out"
        with out.open("w") as stream:
            process = subprocess.Popen(
                [COMMAND, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                env={**self.environment, **environment},
                cwd=self.directory,
            )
        self.started.append(process)
        return Running(process, out)


@attrs.frozen
class Running:
    """A command that goes on, and the file with what it wrote so far."""

    process: subprocess.Popen[bytes]
    out: Path

    def says(self, text: str) -> str:
        """Return all it wrote, once that holds the text."""
        eventually(
            lambda: text in self.out.read_text() or self.process.poll() is not None, 30, f"{text!r} in {self.out}"
        )
        assert text in self.out.read_text(), self.out.read_text()
        return self.out.read_text()

    def ends(self, number: signal.Signals | None = None) -> int:
        """Return its exit code, once it has ended by itself or by a signal."""
        if number is not None:
            self.process.send_signal(number)
        return self.process.wait(30)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment without any setting but a state directory."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JOBS_", "REDIS_", "NOTIFY_", "WATCHDOG_"))
    }
    return {**kept, "JOBS_STATE_DIR": str(tmp_path / "state")}


@pytest.fixture
def alone(environment: dict[str, str], tmp_path: Path) -> Iterator[Jobs]:
    """`jobs` where REDIS_URL is not set. What a failed test leaves running is ended."""
    made = Jobs(environment, tmp_path)
    yield made
    for process in made.started:
        process.kill()
        process.wait()
    for pid in alive(tmp_path):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@pytest.fixture
def jobs(alone: Jobs, redis_url: str) -> Jobs:
    """`jobs` with REDIS_URL set to an empty server."""
    return attrs.evolve(alone, environment={**alone.environment, "REDIS_URL": redis_url})


@pytest.fixture
def claim(redis_url: str) -> Iterator[Callable[[], Claim]]:
    """Claim the next job as a consumer does."""
    store = Store(redis_url)
    yield lambda: store.send(_calls().exchange(queues=["default"], want=1, token=TOKEN, holder="here")).claims[0]
    store.close()


@pytest.fixture
def settle(redis_url: str) -> Iterator[Callable[[Settlement], None]]:
    """Settle a claimed job as a consumer does."""
    store = Store(redis_url)

    def send(settlement: Settlement) -> None:
        store.send(
            _calls().exchange(queues=["default"], want=0, token="f" * 16, holder="here", settlements=[settlement])
        )

    yield send
    store.close()


def alive(directory: Path) -> list[int]:
    """Return every process that works in or below this directory, which all children of a command do."""
    return [int(link.parent.name) for link in Path("/proc").glob("[0-9]*/cwd") if _is_below(link, directory)]


def _is_below(link: Path, directory: Path) -> bool:
    try:
        return link.readlink().is_relative_to(directory)
    except OSError:
        return False


def _calls() -> ExecutionCalls:
    return ExecutionCalls("jobs")
