"""Consumers as a service manager keeps them: each a process of its own, started again whenever it has ended."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import attrs

from bench.chaos.book import VARIABLE, Book
from jobdefs.storage.private_server import death_with_parent

_ROOT: Final = Path(__file__).parents[2]
_OWN_VARIABLES: Final = ("JOBS_", "REDIS_URL")


@attrs.define
class Fleet:
    """Some consumers on one server; ``starts`` counts how often one was started. Use it from the main thread."""

    url: str
    place: Path
    book: Book
    size: int
    options: Sequence[str] = ("-n", "-w", "8")
    variables: dict[str, str] = attrs.field(factory=dict)
    starts: int = 0
    _running: list[subprocess.Popen[bytes]] = attrs.field(factory=list)
    _past: list[int] = attrs.field(factory=list)

    def __enter__(self) -> Self:
        """Start all of them."""
        self._running = [self._started() for _ in range(self.size)]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Leave nothing of them, nor of their children."""
        for group in (*self._left(), *(process.pid for process in self._running)):
            # A session of its own holds one consumer and its children.
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        for process in self._running:
            process.wait()

    def kill(self, number: int) -> None:
        """Kill one of them, not its children, and start another in its place at once."""
        victim = self._running[number]
        self.book.write("kill", str(victim.pid))
        victim.kill()
        victim.wait()
        self._replace(number)

    def restart(self, number: int, patience_s: float = 30.0) -> int:
        """Stop one of them by SIGTERM, start another in its place, and return the exit code."""
        process = self._running[number]
        process.terminate()
        code = process.wait(patience_s)
        self._replace(number)
        return code

    def revive(self) -> int:
        """Start those anew that have ended, and return how many they were."""
        ended = [number for number, process in enumerate(self._running) if process.poll() is not None]
        for number in ended:
            self._replace(number)
        return len(ended)

    def orphans(self, patience_s: float = 10.0) -> int:
        """Count the consumers that are gone but whose children still are there after a while."""
        deadline = time.monotonic() + patience_s
        while self._left() and time.monotonic() < deadline:
            time.sleep(0.1)
        return len(self._past)

    def logged(self, *words: str) -> list[str]:
        """Return the lines of all logs that have all the words."""
        return [
            line for line in self.log.read_text("utf-8", "replace").splitlines() if all(map(line.__contains__, words))
        ]

    @property
    def log(self) -> Path:
        """What all of them have logged, each line in one piece."""
        return self.place / "log"

    def _replace(self, number: int) -> None:
        self._past.append(self._running[number].pid)
        self._left()
        self._running[number] = self._started()

    def _left(self) -> list[int]:
        # A group that is empty is forgotten at once: its number may be given to somebody else.
        self._past = [group for group in self._past if _has_members(group)]
        return self._past

    def _started(self) -> subprocess.Popen[bytes]:
        self.starts += 1
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [Path(sys.executable).with_name("huey_consumer"), "consumer.app", *self.options],
                cwd=_ROOT,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=death_with_parent(),  # noqa: PLW1509 - one system call
            )

    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(_OWN_VARIABLES)}
        own = {"JOBS_MODULES": "bench.chaos.work", "JOBS_HANDLERS": "bench.chaos.handlers", "REDIS_URL": self.url}
        return inherited | own | {VARIABLE: str(self.book.path)} | self.variables


def _has_members(group: int) -> bool:
    with suppress(ProcessLookupError):
        os.killpg(group, 0)
        return True
    return False
