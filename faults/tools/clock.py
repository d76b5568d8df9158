"""The clock of a server: its time of day can be set while it runs."""

import mmap
import struct
from pathlib import Path
from typing import Final, Self

import attrs

from faults.tools import shims

_OFFSET: Final = struct.Struct("q")
_NS: Final = 1_000_000_000


@attrs.frozen
class Clock:
    """How much the time of a server that is started with ``environment`` differs from the machine's."""

    place: Path
    shim: Path

    @classmethod
    def at(cls, place: Path) -> Self:
        """Use a file; raises ToolMissing where there is no C compiler."""
        if not place.exists():
            place.write_bytes(_OFFSET.pack(0))
        return cls(place, shims.compiled("clock"))

    @property
    def environment(self) -> dict[str, str]:
        """The variables that give this clock to a server."""
        return {"LD_PRELOAD": str(self.shim), "FAULTS_CLOCK": str(self.place)}

    def set(self, seconds: float) -> None:
        """Have the server's time be so many seconds ahead of the machine's, or behind it, at once."""
        with self.place.open("r+b") as file, mmap.mmap(file.fileno(), _OFFSET.size) as shared:
            shared[:] = _OFFSET.pack(round(seconds * _NS))
