"""The disk of a server: it can stall and fail while the server runs, and tells what was on it at any moment."""

import errno
from pathlib import Path
from typing import Self

import attrs

from faults.tools import shims


@attrs.frozen
class Disk:
    """What lies between a server and its disk, for a server that is started with ``environment``."""

    place: Path
    shim: Path

    @classmethod
    def at(cls, place: Path) -> Self:
        """Use a folder for orders and logs; raises ToolMissing where there is no C compiler."""
        place.mkdir(parents=True, exist_ok=True)
        return cls(place, shims.compiled("fsync"))

    @property
    def environment(self) -> dict[str, str]:
        """The variables that put this disk under a server."""
        return {"LD_PRELOAD": str(self.shim), "FAULTS_DISK": str(self.place)}

    def stall(self, delay_s: float) -> None:
        """Have each fsync from now on take so much longer."""
        self._order("delay_ms", round(delay_s * 1000))

    def fail(self, error: int = errno.EIO) -> None:
        """Have each fsync from now on end with this error, and nothing reach the disk."""
        self._order("errno", error)

    def heal(self) -> None:
        """Have each fsync do what it is for."""
        for name in ("delay_ms", "errno"):
            (self.place / name).unlink(missing_ok=True)

    @property
    def held(self) -> int:
        """How many calls have stalled or failed."""
        return len(self._lines("held"))

    @property
    def synced(self) -> dict[int, int]:
        """How many bytes of each file, by its inode, are certain to be on the disk."""
        return {int(inode): int(size) for inode, size in map(str.split, self._lines("synced"))}

    def _order(self, name: str, figure: int) -> None:
        half = self.place / f"{name}.new"
        half.write_text(str(figure))
        half.rename(self.place / name)

    def _lines(self, name: str) -> list[str]:
        log = self.place / name
        return log.read_text().splitlines() if log.exists() else []
