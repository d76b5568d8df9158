"""A program that runs below this one, and ends with it."""

import os
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from jobdefs.storage.private_server import death_with_parent
from service.cli.log import Log

_MAX_SOCKET_PATH: Final = 100
_LAST_LINES_S: Final = 1.0
# What systemd told this process is not meant for the children.
_NOT_INHERITED: Final = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")


class Child:
    """A running program; its output goes to the log.

    It says by itself when it is ready, in the words in which it tells systemd. On Linux it ends with the thread that
    started it, also when the whole process is killed: start it from the main thread. Ctrl-C at a terminal does not
    reach it.
    """

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str], log: Log) -> None:
        self.name = name
        self.ready = False
        self._log = log
        self._folder = _short_folder()
        self._notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._notices.bind(str(self._folder / "notify"))
        self._process = self._spawn(command, environment)
        self._relay = threading.Thread(target=self._relay_lines, daemon=True)

    def watch(self, changed: Callable[[], None]) -> None:
        """Log what it writes; call ``changed``, from another thread, when it has become ready and when it has ended.

        Apart from the start, so that every child can be forked before there is any thread.
        """
        self._relay.start()
        for role in (self._await_notices, self._await_end):
            threading.Thread(target=role, args=(changed,), daemon=True).start()

    @property
    def pid(self) -> int:
        """Its process id, which is its process group's as well."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """Its exit code, negative for a signal, None while it runs."""
        return self._process.returncode

    def terminate(self) -> None:
        """Ask it to end; asked a second time, the consumer interrupts what it runs."""
        self._process.terminate()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def clean_up(self) -> None:
        """Once it has ended: end whatever it left behind, and wait for its last lines."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._relay.join(_LAST_LINES_S)
        with suppress(OSError):
            self._notices.shutdown(socket.SHUT_RDWR)
        self._notices.close()
        with suppress(OSError):
            (self._folder / "notify").unlink(missing_ok=True)
            self._folder.rmdir()

    def _spawn(self, command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        inherited = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
        return subprocess.Popen(
            command,
            env={**inherited, **environment, "NOTIFY_SOCKET": str(self._folder / "notify"), "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            process_group=0,
            preexec_fn=death_with_parent(),  # noqa: PLW1509 - one system call, prepared beforehand
        )

    def _relay_lines(self) -> None:
        for line in self._process.stdout or ():
            self._log.write(self.name, line.decode("utf-8", "replace").rstrip("\r\n"))

    def _await_notices(self, changed: Callable[[], None]) -> None:
        with suppress(OSError):
            while notice := self._notices.recv(4096):
                if b"READY=1" in notice.splitlines():
                    self.ready = True
                    changed()

    def _await_end(self, changed: Callable[[], None]) -> None:
        self._process.wait()
        # What it said last explains why it ended, so that comes first.
        self._relay.join(_LAST_LINES_S)
        changed()


def _short_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="jobs-"))
    if len(str(folder / "notify")) >= _MAX_SOCKET_PATH:
        folder.rmdir()
        folder = Path(tempfile.mkdtemp(prefix="jobs-", dir="/tmp"))
    return folder
