"""Consumers as a service manager keeps them: each a process of its own, started again whenever it has ended."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from os import killpg
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import attrs

from faults.ledger import VARIABLE, Ledger
from faults.nursery import Fork, Nursery
from faults.process import ROOT, await_still, has_members, inherited
from jobdefs.storage.private_server import death_with_parent

Process = subprocess.Popen[bytes] | Fork
_READY: Final = "Huey consumer started"
_NUMBER: Final = re.compile(r"PID (\d+)")
_PATIENCE_S: Final = 90.0


@attrs.define
class Fleet:
    """Some consumers on one server. Use it from the main thread.

    ``app`` is what huey_consumer is given. ``starts`` counts how often one was started; ``codes`` are those with which
    consumers ended before the fleet did, as ``subprocess`` tells them: -9 for SIGKILL. ``forked`` ones are forks of one
    process that has imported everything, since the import takes longer than all the rest.
    """

    app: str
    place: Path
    ledger: Ledger
    size: int
    options: Sequence[str]
    variables: dict[str, str]
    drain_signal: signal.Signals = signal.SIGTERM
    forked: bool = False
    starts: int = 0
    codes: list[int] = attrs.field(factory=list)
    running: list[Process] = attrs.field(factory=list)
    _past: list[int] = attrs.field(factory=list)
    _nursery: Nursery | None = None

    def __enter__(self) -> Self:
        """Start all of them, and wait until they are at work; raises TimeoutError."""
        self.running = [self._started() for _ in range(self.size)]
        self.await_ready()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Leave nothing of them, nor of their children."""
        for group in (*self._left(), *(process.pid for process in self.running)):
            # A session of its own holds one consumer and its children.
            with suppress(ProcessLookupError):
                killpg(group, signal.SIGKILL)
        for process in self.running:
            process.wait()
        if self._nursery:
            self._nursery.close()

    def await_ready(self) -> None:
        """Wait until every consumer that runs has begun to work; raises TimeoutError."""
        deadline = time.monotonic() + _PATIENCE_S
        while self._begin():
            if time.monotonic() > deadline:
                raise TimeoutError(f"a consumer does not begin to work; its log is {self.log}")
            time.sleep(0.05)

    def kill(self, number: int) -> None:
        """End one of them by SIGKILL, not its children, and start another in its place at once."""
        victim = self.running[number]
        self.ledger.write("fault", job="kill", detail=victim.pid)
        victim.kill()
        victim.wait()
        self.replace(number)

    def restart(self, number: int, patience_s: float = 30.0) -> int:
        """Have one of them drain, start another in its place, and return the exit code."""
        process = self.running[number]
        process.send_signal(self.drain_signal)
        code = process.wait(patience_s)
        self.replace(number)
        return code

    def revive(self) -> int:
        """Start those anew that have ended, and return how many they were."""
        ended = [number for number, process in enumerate(self.running) if process.poll() is not None]
        for number in ended:
            self.replace(number)
        return len(ended)

    @contextmanager
    def frozen(self, *numbers: int) -> Iterator[None]:
        """Hold some of them still as long as the block lasts, not their children; all where none is named."""
        held = [self.running[number] for number in numbers or range(self.size)]
        with ExitStack() as thaw:
            for process in held:
                process.send_signal(signal.SIGSTOP)
                thaw.callback(process.send_signal, signal.SIGCONT)
            for process in held:
                await_still(process.pid)
            yield

    def replace(self, number: int) -> None:
        """Start another in the place of one that has ended."""
        ended = self.running[number]
        self.codes.append(ended.wait())
        self._past.append(ended.pid)
        self._left()
        self.running[number] = self._started()

    def orphans(self, patience_s: float = 10.0) -> int:
        """Count the consumers that are gone but whose children still are there after a while."""
        deadline = time.monotonic() + patience_s
        while self._left() and time.monotonic() < deadline:
            time.sleep(0.1)
        return len(self._past)

    def logged(self, *words: str) -> list[str]:
        """Return the lines of all logs that have all the words."""
        text = self.log.read_text("utf-8", "replace")
        return [line for line in text.splitlines() if all(map(line.__contains__, words))]

    @property
    def log(self) -> Path:
        """What all of them have logged, each line in one piece."""
        return self.place / "consumers.log"

    def _begin(self) -> bool:
        """Whether one of them has not begun to work yet, and has not ended either."""
        at_work = {int(number) for line in self.logged(_READY) for number in _NUMBER.findall(line)}
        return any(process.pid not in at_work and process.poll() is None for process in self.running)

    def _left(self) -> list[int]:
        # A group that is empty is forgotten at once: its number may be given to somebody else.
        self._past = [group for group in self._past if has_members(group)]
        return self._past

    def _started(self) -> Process:
        self.starts += 1
        with self.log.open("ab") as log:
            if self._nursery is None and self.forked:
                self._nursery = Nursery([self.app, *self.options], self._environment(), log)
            if self._nursery:
                return self._nursery.start()
            return subprocess.Popen(
                [Path(sys.executable).with_name("huey_consumer"), self.app, *self.options],
                cwd=ROOT,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=death_with_parent(),  # noqa: PLW1509 - one system call
            )

    def _environment(self) -> dict[str, str]:
        return inherited() | {VARIABLE: str(self.ledger.path)} | self.variables
