"""A real server of our own, as a child process: what an installation uses while REDIS_URL is not set."""

import ctypes
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Final, Self

from jobdefs.errors import SettingsError
from jobdefs.storage import server_binary

DEFAULT_URL: Final = "redis://127.0.0.1:6379/0"
_START_S: Final = 10.0
_STOP_S: Final = 10.0
_HANDOVER_S: Final = 1.0
_LOG_LINES: Final = 5
_MAX_SOCKET_PATH: Final = 100
_PR_SET_PDEATHSIG: Final = 1
_REWRITING: Final = (b"aof_rewrite_in_progress:1", b"aof_rewrite_scheduled:1")
_ELSEWHERE: Final = "set JOBS_STATE_DIR to another directory"


def state_directory(setting: str = "") -> Path:
    """Return where a private server keeps its data: the setting JOBS_STATE_DIR, else the place that XDG names."""
    if setting:
        return Path(setting).expanduser().absolute()
    named = Path(os.environ.get("XDG_STATE_HOME", ""))
    return (named if named.is_absolute() else Path.home() / ".local" / "state") / "aiohttp-huey"


def resolve_url(redis_url: str, state_dir: Path) -> str:
    """Return the server to use: ``redis_url`` if set, else the private server if it lives, else the usual address."""
    if redis_url:
        return redis_url
    written = _written_address(state_dir)
    return written if written and _answer(_socket_of(written)) else DEFAULT_URL


class PrivateServer:
    """One server on one state directory; every change is on the disk before it is answered.

    On Linux it ends with the thread that started it, also when the process is killed: start it from the main thread.
    Ctrl-C at a terminal does not reach it.
    """

    def __init__(self, state_dir: Path) -> None:
        self._state_dir = state_dir
        self._address_file = state_dir / "address"
        self._pidfile = state_dir / "server.pid"
        self._log = state_dir / "server.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._socket = Path()

    def __enter__(self) -> Self:
        """Start the server."""
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Stop the server."""
        self.stop()

    @property
    def url(self) -> str:
        """The address of the running server, as for REDIS_URL."""
        return f"unix://{self._socket}"

    @property
    def pid(self) -> int | None:
        """The server's process while it lives, None otherwise."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> None:
        """Start the server and return when it answers; raises SettingsError in one line when it cannot be had."""
        program = server_binary.find()
        # The child keeps the lock open: it lasts exactly as long as the server, whatever becomes of this process.
        with self._locked() as lock:
            has_data = any(self._state_dir.glob("appendonlydir/*"))
            self._discard_remains()
            self._socket = _short_directory() / "socket"
            self._process = self._spawn(program, lock.fileno())
        self._await_answer()
        if has_data:
            self._begin_a_new_file()
        self._address_file.write_text(self.url)

    def stop(self) -> None:
        """Stop the server, all its data on the disk; kill it when it has not ended within ten seconds."""
        if self._process is None:
            return
        if _written_address(self._state_dir) == self.url:
            self._address_file.unlink(missing_ok=True)
        self._process.terminate()
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None
        shutil.rmtree(self._socket.parent, ignore_errors=True)

    def _locked(self) -> IO[str]:
        try:
            self._state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = (self._state_dir / "lock").open("a")
        except OSError as error:
            message = f"{self._state_dir} cannot be used: {error.strerror}; {_ELSEWHERE}, or REDIS_URL"
            raise SettingsError(message) from error
        if not _taken(lock):
            lock.close()
            message = f"{self._holder()} already uses {self._state_dir}: use that one, stop it, or {_ELSEWHERE}"
            raise SettingsError(message)
        return lock

    def _holder(self) -> str:
        with suppress(OSError):
            return f"a private server (process {self._pidfile.read_text().strip()})"
        return "a private server"

    def _discard_remains(self) -> None:
        """Remove what a killed server left; its socket's directory only where it is empty but for the socket."""
        written = _written_address(self._state_dir)
        self._address_file.unlink(missing_ok=True)
        if written and _answer(_socket_of(written)) is None:
            with suppress(OSError):
                _socket_of(written).unlink(missing_ok=True)
                _socket_of(written).parent.rmdir()

    def _spawn(self, program: Path, lock: int) -> subprocess.Popen[bytes]:
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "protected-mode": "yes",
            "daemonize": "no",
            "dir": str(self._state_dir),
            "pidfile": str(self._pidfile),
            "logfile": str(self._log),
            "appendonly": "yes",
            "appendfsync": "always",
            "save": "",
            "maxmemory-policy": "noeviction",
        }
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [program, *(word for name, value in options.items() for word in (f"--{name}", value))],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=(lock,),
                umask=0o077,
                preexec_fn=death_with_parent(),  # noqa: PLW1509 - one system call, prepared beforehand
            )

    def _await_answer(self) -> None:
        deadline = time.monotonic() + _START_S
        while (answer := _answer(self._socket)) != b"+PONG":
            # A server that loads its data says so, and may take its time.
            if self.pid is None or (answer is None and time.monotonic() > deadline):
                self.stop()
                message = f"the private server in {self._state_dir} did not start: {_tail(self._log)}"
                raise SettingsError(message)
            time.sleep(0.01)

    def _begin_a_new_file(self) -> None:
        """Have everything in a new append-only file before anything is added; raises SettingsError.

        An old one may have been torn within a script by a loss of power. Redis 7.0 then leaves the beginning of that
        script in it, and at its next start takes whatever was written behind for a part of it, and drops it.
        """
        _asked(self._socket, b"BGREWRITEAOF")
        told = b""
        # One that has much to write may be silent for a while; one that has ended will not speak again.
        while self.pid and (not told or any(word in told for word in _REWRITING)):
            time.sleep(0.01)
            told = _asked(self._socket, b"INFO persistence") or b""
        if b"aof_last_bgrewrite_status:ok" not in told:
            self.stop()
            raise SettingsError(f"the private server in {self._state_dir} could not write: {_tail(self._log)}")


def _answer(path: Path) -> bytes | None:
    """Return the first line of a server's answer to PING, None where nobody answers."""
    told = _asked(path, b"PING")
    return told.partition(b"\r\n")[0] or None if told else None


def _asked(path: Path, command: bytes) -> bytes | None:
    """Return a server's answer to a command, as far as it comes in one piece; None where nobody answers."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        try:
            connection.connect(str(path))
            connection.sendall(command + b"\r\n")
            return connection.recv(65536)
        except OSError:
            return None


def _taken(lock: IO[str]) -> bool:
    """Take the lock, waiting a little for a server that is just ending."""
    deadline = time.monotonic() + _HANDOVER_S
    while time.monotonic() < deadline:
        with suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        time.sleep(0.02)
    return False


def _short_directory() -> Path:
    directory = Path(tempfile.mkdtemp(prefix="jobs-"))
    if len(str(directory / "socket")) >= _MAX_SOCKET_PATH:
        directory.rmdir()
        directory = Path(tempfile.mkdtemp(prefix="jobs-", dir="/tmp"))
    return directory


def death_with_parent() -> Callable[[], None] | None:
    """Return what makes a child get SIGTERM when this thread ends, for ``preexec_fn``; None where there is no way."""
    if sys.platform != "linux":
        return None
    prctl, parent = ctypes.CDLL(None).prctl, os.getpid()

    def arrange() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return arrange


def _written_address(state_dir: Path) -> str:
    with suppress(OSError):
        return (state_dir / "address").read_text().strip()
    return ""


def _socket_of(address: str) -> Path:
    return Path(address.removeprefix("unix://"))


def _tail(log: Path) -> str:
    with suppress(OSError):
        return " | ".join(log.read_text("utf-8", "replace").splitlines()[-_LOG_LINES:])
    return "it left no log"
