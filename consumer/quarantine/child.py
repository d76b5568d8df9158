"""The quarantine's process, as its parent has it in hand."""

import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any, Final

from consumer.quarantine import lines
from consumer.quarantine.death import Death
from consumer.quarantine.lines import Said, Word

_PIECE: Final = 65_536
_PAUSE_S: Final = 0.01
_KILL_S: Final = 5.0


class Child:
    """A process that runs suspects. It ends with the thread that made it, at the latest."""

    def __init__(self, setup: dict[str, Any]) -> None:
        """Start it, by exec and in a session of its own; ``setup`` is what it has to know before its first job."""
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "consumer.quarantine", str(theirs.fileno()), str(os.getpid())],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self._socket.setblocking(False)  # noqa: FBT003 - the socket's own signature
        self._reader = lines.Reader()
        self._unsent = b""
        self._heard_all = False
        self._death: Death | None = None
        self.say(Word.SETUP, setup)

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def say(self, word: Word, *content: Any) -> None:
        """Send a line; what the process does not take at once goes with the next ``hear``."""
        self._unsent += lines.write(word, *content)
        self._send()

    def hear(self, timeout_s: float) -> list[Said]:
        """Return the lines that have come, none after ``timeout_s`` without one."""
        if self._heard_all:
            time.sleep(min(timeout_s, _PAUSE_S))
            return []
        poll = select.poll()
        poll.register(self._socket, select.POLLIN | (select.POLLOUT if self._unsent else 0))
        poll.poll(timeout_s * 1000)
        self._send()
        return [said for piece in self._pieces() for said in self._reader.feed(piece)]

    def death(self) -> Death | None:
        """Tell how the process has ended, None while it lives."""
        if self._death is None:
            self._death = Death.of(self.pid)
            if self._death is not None:
                # What Popen would have learned, had it been the one to wait.
                self._process.returncode = self._death.code
        return self._death

    def stop(self, timeout_s: float) -> None:
        """Let it end in order, and kill it if that takes too long."""
        self._socket.close()
        self._heard_all = True
        self._await_death(timeout_s)
        self.kill()

    def kill(self) -> None:
        """End it at once."""
        self._socket.close()
        if self.death() is None:
            os.kill(self.pid, signal.SIGKILL)
            self._await_death(_KILL_S)

    def _await_death(self, timeout_s: float) -> None:
        deadline = time.monotonic() + timeout_s
        while self.death() is None and time.monotonic() < deadline:
            time.sleep(_PAUSE_S)

    def _send(self) -> None:
        try:
            while self._unsent:
                self._unsent = self._unsent[self._socket.send(self._unsent) :]
        except BlockingIOError:
            return
        except OSError:
            # It has ended, as its death will tell.
            self._unsent = b""

    def _pieces(self) -> Iterator[bytes]:
        while not self._heard_all:
            try:
                piece = self._socket.recv(_PIECE)
            except BlockingIOError:
                return
            except OSError:
                piece = b""
            self._heard_all = not piece
            yield piece
