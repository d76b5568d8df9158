"""A server that can be killed and started again on the same socket, with what it had written to its disk."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import attrs

from jobdefs.errors import StoreError
from jobdefs.storage.drivers import Store
from tests.support.servers import program
from tests.support.waiting import eventually


@attrs.define
class DurableServer:
    """A server with an append-only file."""

    place: Path
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address, the same after every start."""
        return f"unix://{self.place / 's'}"

    def start(self) -> None:
        """Start it, and wait until it has loaded what it had written."""
        options = f"--port 0 --unixsocket {self.place}/s --dir {self.place} --appendonly yes --appendfsync always"
        command: list[str | Path] = [program("valkey"), *options.split(), "--save", ""]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        eventually(self._answers, what="an answer of the server")

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            (self.place / "s").unlink(missing_ok=True)

    def _answers(self) -> bool:
        store = Store(self.url)
        try:
            store.ping()
        except StoreError:
            return False
        finally:
            store.close()
        return True


@contextmanager
def durable_server() -> Iterator[DurableServer]:
    """Run a server that can be killed as long as the block lasts."""
    with TemporaryDirectory(prefix="d-") as place:
        server = DurableServer(Path(place))
        server.start()
        try:
            yield server
        finally:
            server.kill()
