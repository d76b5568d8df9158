"""The server: a private one on a unix socket, in memory only unless an append-only file is asked for."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Literal

import attrs
import redis

from jobdefs.storage import server_binary
from jobdefs.storage.private_server import death_with_parent

Fsync = Literal["always", "no"]
# What is durable would be bounded by the disk: stock Huey, with several writes per job, far more than we.
_IN_MEMORY: Final = ("--appendonly", "no")
_OPTIONS: Final = ("--port", "0", "--save", "")


@attrs.frozen
class Server:
    """A server that runs, and a client of it."""

    url: str
    client: Any


def version() -> str:
    """Return the program that is used and its version; raises SettingsError where there is none."""
    with running() as server:
        return name(server)


def name(server: Server) -> str:
    """Return what a server calls itself, with its version."""
    told = server.client.info("server")
    return f"Valkey {told['valkey_version']}" if "valkey_version" in told else f"Redis {told['redis_version']}"


@contextmanager
def running(program: Path | None = None, *, fsync: Fsync | None = None) -> Iterator[Server]:
    """Run a server, of this program or whichever is found, as long as the block lasts; raises SettingsError.

    ``fsync`` says whether changes are on the disk before their answer, where an append-only file is kept at all.
    """
    program = program or server_binary.find()
    with TemporaryDirectory(prefix="bench-") as place:
        socket = Path(place) / "s"
        kept = ("--appendonly", "yes", "--appendfsync", fsync) if fsync else _IN_MEMORY
        command: list[str | Path] = [program, *_OPTIONS, *kept, "--unixsocket", socket, "--dir", place]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, preexec_fn=death_with_parent())  # noqa: PLW1509 - one system call
        try:
            yield Server(f"unix://{socket}", _connected(f"unix://{socket}"))
        finally:
            process.terminate()
            process.wait()


def _connected(url: str) -> Any:
    client = redis.Redis.from_url(url)
    deadline = time.monotonic() + 10
    while True:
        try:
            client.ping()
        except redis.ConnectionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return client
