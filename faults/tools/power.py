"""A loss of power: of what a killed server had written, its disk has what was forced to it.

Modelled is the loss of whatever no completed fsync had reached. A disk that forgets what it has confirmed, or loses a
rename that was confirmed, is not.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from faults.tools import append_only
from faults.tools.disk import Disk


def cut(data: Path, disk: Disk) -> int:
    """Leave of each file below ``data`` what was on its disk, and return how many bytes are gone."""
    synced = disk.synced
    return sum(_shortened(path, synced.get(path.stat().st_ino, 0)) for path in _files(data))


def tear(data: Path, left: float) -> int:
    """Leave this share of the append-only file, as a write that was cut off does; return how many bytes are gone."""
    growing = append_only.newest(data)
    return _shortened(growing, int(growing.stat().st_size * left))


def _files(data: Path) -> Iterator[Path]:
    return (path for path in data.rglob("*") if path.is_file())


def _shortened(path: Path, size: int) -> int:
    # An inode is used again when its file is gone, so a log may know more bytes of it than there are.
    gone = max(0, path.stat().st_size - size)
    os.truncate(path, path.stat().st_size - gone)
    return gone
