"""Runs the private server and the programs as one: they start together, and end in order, whatever happens."""

import queue
import signal
from collections.abc import Mapping, Sequence
from enum import Enum
from types import FrameType
from typing import Any, Final, Self

import attrs

from jobdefs.runtime.exits import MEANINGS, Exit
from jobdefs.storage.private_server import PrivateServer
from service.cli.child import Child
from service.cli.log import Log
from service.cli.progress import Progress

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_LOOK_S: Final = 1.0
_INTERRUPTS: Final = 2
_TELLING: Final = (Exit.USAGE, Exit.SETTINGS, Exit.UNAVAILABLE, Exit.UNSUITABLE)


class _News(Enum):
    CHANGE = "a child has become ready, or has ended"
    SIGNAL = "a signal asked for the end"


class Interrupted(Exception):
    """A signal asked for the end."""


@attrs.frozen
class Ended(Exception):
    """Something that should run has ended by itself: its name, and its exit code (negative for a signal)."""

    name: str
    code: int

    @property
    def exit(self) -> int:
        """The exit code to end with: the program's own where it tells something."""
        return self.code if self.code > 0 else Exit.FAILED

    def __str__(self) -> str:
        """Tell it as a line for a person."""
        if self.code < 0:
            return f"the {self.name} was ended by signal {-self.code} ({signal.Signals(-self.code).name})"
        meaning = f" ({MEANINGS[Exit(self.code)]})" if self.code in _TELLING else ""
        return f"the {self.name} ended with exit code {self.code}{meaning}"


class Supervisor:
    """A context in which a private server and programs run. Signals that ask for the end are taken over inside it.

    At its end the programs are stopped one after another, last started first, then the server.
    """

    def __init__(self, log: Log) -> None:
        self._log = log
        self._news: queue.SimpleQueue[_News] = queue.SimpleQueue()
        self._handlers: dict[signal.Signals, Any] = {}
        self._server: PrivateServer | None = None
        self._children: list[Child] = []

    def __enter__(self) -> Self:
        """Take the signals over."""
        self._handlers = {number: signal.signal(number, self._on_signal) for number in _SIGNALS}
        return self

    def __exit__(self, *error: object) -> None:
        """Stop everything that runs."""
        try:
            for child in reversed(self._children):
                self._stop(child)
            if self._server:
                self._server.stop()
        finally:
            for number, handler in self._handlers.items():
                signal.signal(number, handler)

    def serve(self, server: PrivateServer) -> str:
        """Start the private server and return its address; raises SettingsError."""
        server.start()
        self._server = server
        return server.url

    def start(self, programs: Mapping[str, Sequence[str]], environment: Mapping[str, str]) -> None:
        """Start programs and return when all are ready; raises Ended or Interrupted."""
        for name, command in programs.items():
            self._children.append(Child(name, command, environment, self._log))
        for child in self._children:
            child.watch(lambda: self._news.put(_News.CHANGE))
        progress = Progress(self._say)
        while waiting := [child.name for child in self._children if not child.ready]:
            progress.tell(f"waiting for the {' and the '.join(waiting)} to become ready")
            self.pause(progress.pause_s)

    def pause(self, longest_s: float = _LOOK_S) -> None:
        """Return after this time, or sooner when something changed; raises Ended or Interrupted."""
        if self._asked(longest_s):
            raise Interrupted
        for child in self._children:
            if child.exit_code is not None:
                raise Ended(child.name, child.exit_code)
        if self._server and self._server.pid is None:
            raise Ended("private server", Exit.FAILED)

    def run(self) -> None:
        """Keep everything running until it ends by itself or is asked to: raises Ended or Interrupted."""
        while True:
            self.pause()

    def _stop(self, child: Child) -> None:
        if child.exit_code is None:
            child.terminate()
        progress, asked = Progress(self._say), 0
        while child.exit_code is None:
            progress.tell(f"waiting for the {child.name} to finish what it runs; Ctrl-C interrupts it")
            if self._asked(progress.pause_s):
                asked += 1
                (child.terminate if asked < _INTERRUPTS else child.kill)()
        child.clean_up()

    def _say(self, text: str) -> None:
        # Through the log, which nobody's closed terminal can make fail: stopping goes on.
        self._log.write("jobs", text)

    def _asked(self, longest_s: float) -> bool:
        try:
            return self._news.get(timeout=longest_s) is _News.SIGNAL
        except queue.Empty:
            return False

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._news.put(_News.SIGNAL)
