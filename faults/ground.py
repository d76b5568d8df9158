"""What a server stands on, and a row can harm: its disk, the room there, its clock."""

from pathlib import Path
from typing import ClassVar, Self

import attrs

from faults.server import Server
from faults.stage import Stage
from faults.tools import quota
from faults.tools.clock import Clock
from faults.tools.disk import Disk


@attrs.define
class DiskServer(Server):
    """A server on a disk that can stall, fail, and forget what was not forced to it."""

    @property
    def disk(self) -> Disk:
        """Its disk; raises ToolMissing."""
        return Disk.at(self.place / "disk")

    def start(self) -> Self:
        """Start it on its disk."""
        self.variables |= self.disk.environment
        return super().start()


@attrs.define
class ClockServer(Server):
    """A server whose time of day can be set."""

    @property
    def clock(self) -> Clock:
        """Its clock; raises ToolMissing."""
        return Clock.at(self.place / "clock")

    def start(self) -> Self:
        """Start it by its clock."""
        self.variables |= self.clock.environment
        return super().start()


@attrs.define
class QuotaServer(Server):
    """A server whose files can be kept from growing."""

    wrapper: ClassVar[tuple[str, ...]] = quota.WRAPPER


def disk_of(stage: Stage) -> Disk:
    """Return the disk of a stage's server."""
    assert isinstance(stage.server, DiskServer)
    return stage.server.disk


def clock_of(stage: Stage) -> Clock:
    """Return the clock of a stage's server."""
    assert isinstance(stage.server, ClockServer)
    return stage.server.clock


def files_of(stage: Stage) -> Path:
    """Return where the append-only file of a stage's server is."""
    return stage.server.place / "appendonlydir"
