"""A server whose every answer is on its disk; it can be killed, and robbed of its power, and comes back."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self

import attrs

from faults.server import Kind, Server, running
from faults.tools import power
from faults.tools.disk import Disk

_OPTIONS: Final = ("--appendonly", "yes", "--appendfsync", "always", "--auto-aof-rewrite-percentage", "0")


@attrs.frozen
class Mortal:
    """A server, and what lies between it and its disk, if anything does."""

    server: Server
    disk: Disk | None = None

    @classmethod
    @contextmanager
    def running(cls, kind: Kind, place: Path, *, on_shim: bool = False) -> Iterator[Self]:
        """Run one as long as the block lasts; raises ToolMissing where a disk that can be cut cannot be had."""
        disk = Disk.at(place / "disk") if on_shim else None
        variables = disk.environment if disk else {}
        with running(Server(kind, place / "data", _OPTIONS, variables)) as server:
            yield cls(server, disk)

    @property
    def url(self) -> str:
        """Its address, the same after every start."""
        return self.server.url

    def forget_scripts(self) -> None:
        """Forget every script that it was sent."""
        with self.server.client() as client:
            client.script_flush()

    def restart(self) -> None:
        """Kill it, and start it on what it has written."""
        self.server.kill()
        self.server.start()

    def lose_power(self) -> None:
        """Kill it, take away what no fsync had reached, and start it on what is left."""
        assert self.disk is not None
        self.server.kill()
        power.cut(self.server.place, self.disk)
        self.server.start()
