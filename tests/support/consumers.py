"""Real consumers for tests: ``huey_consumer consumer.app`` as a person types it, each with a log of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import attrs

from tests.support.jobs import MODULES
from tests.support.notices import Notices, listening
from tests.support.waiting import eventually

COMMAND: Final = ("huey_consumer", "consumer.app")
HANDLERS: Final = "tests.support.shop.handlers,tests.support.shop.tasks"
ROOT: Final = Path(__file__).parents[2]


@attrs.frozen
class RunningConsumer:
    """A consumer that runs, in a session of its own."""

    process: subprocess.Popen[bytes]
    log: Path
    notices: Notices

    @property
    def lines(self) -> list[str]:
        """What it has logged so far."""
        return self.log.read_text().splitlines()

    def logged(self, *words: str) -> list[str]:
        """Return the lines that have all the words."""
        return [line for line in self.lines if all(word in line for word in words)]

    def says(self, *words: str) -> str:
        """Wait for a line with all the words, and return it."""
        return eventually(lambda: self.logged(*words), what=f"a line with {words}")[0]

    def send(self, *signals: int) -> None:
        """Send signals to the consumer, not to its children."""
        for each in signals:
            self.process.send_signal(each)

    def stop(self, *signals: int, within: float = 10) -> int:
        """Send signals (SIGTERM if none is given), wait for the end, and return the exit code."""
        self.send(*(signals or (signal.SIGTERM,)))
        return self.process.wait(within)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Hold its process still, as a host that hangs would."""
        self.send(signal.SIGSTOP)
        # One thread is told, and stops the others when it next runs.
        eventually(lambda: set(self._thread_states()) == {"T"}, what="a consumer that is held still")
        try:
            yield
        finally:
            self.send(signal.SIGCONT)

    def _thread_states(self) -> Iterator[str]:
        for stat in Path(f"/proc/{self.process.pid}/task").glob("*/stat"):
            yield stat.read_text().rpartition(")")[2].split()[0]

    @property
    def children(self) -> list[int]:
        """The processes that it has started."""
        pid = self.process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def environment(url: str, **variables: str) -> dict[str, str]:
    """Return the environment of a consumer of the shop."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}"
    return {"PATH": path, "REDIS_URL": url, "JOBS_MODULES": MODULES, "JOBS_HANDLERS": HANDLERS} | variables


@contextmanager
def consuming(url: str, *options: str, **variables: str) -> Iterator[RunningConsumer]:
    """Run a consumer of the shop as long as the block lasts; it is ready when the block begins."""
    with TemporaryDirectory(prefix="c-") as place, listening(Path(place) / "n") as notices:
        log = Path(place) / "log"
        given = environment(url, NOTIFY_SOCKET=str(Path(place) / "n"), **variables)
        with log.open("wb") as stream:
            process = subprocess.Popen(
                [*COMMAND, *options],
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                env=given,
                cwd=ROOT,
                start_new_session=True,
            )
        try:
            eventually(lambda: "READY=1" in notices.all() or process.poll() is not None, what="a ready consumer")
            assert process.poll() is None, log.read_text()
            yield RunningConsumer(process, log, notices)
        finally:
            # Its session holds it and its children, and nobody else.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def is_gone(pid: int) -> bool:
    """Tell whether a process has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True
