"""Starts consumers by forks of a process that has imported everything, so that another one is at work at once."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import IO, Final

from faults.process import ROOT
from jobdefs.storage.private_server import death_with_parent

_PR_SET_CHILD_SUBREAPER: Final = 36


class Fork:
    """A consumer that a nursery has started; it can be waited for and signalled like one of ``subprocess``."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit code, None while it runs."""
        return self._waited(os.WNOHANG)

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code when it has ended; raises subprocess.TimeoutExpired."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while (code := self._waited(os.WNOHANG if deadline else 0)) is None:
            if deadline and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            time.sleep(0.01)
        return code

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Send it SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Send it SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def _waited(self, how: int) -> int | None:
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, how)
            self.returncode = os.waitstatus_to_exitcode(status) if pid else None
        return self.returncode


class Nursery:
    """The process that forks, with its command line, environment and log as those of a consumer."""

    def __init__(self, arguments: Sequence[str], environment: dict[str, str], log: IO[bytes]) -> None:
        # Its grandchildren are to be ours.
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "faults.forking", *arguments],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            preexec_fn=death_with_parent(),  # noqa: PLW1509 - one system call
        )

    def start(self) -> Fork:
        """Start a consumer; raises RuntimeError where the nursery has died."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(b"\n")
        self._process.stdin.flush()
        told = self._process.stdout.readline()
        if not told:
            raise RuntimeError("the process that forks consumers has ended; the consumers' log says why")
        return Fork(int(told))

    def close(self) -> None:
        """End it; the consumers live on."""
        self._process.kill()
        self._process.communicate()
