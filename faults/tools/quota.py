"""A full disk: the files of a running server grow no further, until there is room again.

The kernel refuses the write by RLIMIT_FSIZE, so it says EFBIG where a full disk says ENOSPC; servers treat both alike.
"""

import resource
import signal
from pathlib import Path
from typing import Final

from faults.tools import append_only

# Without it, the kernel ends a process whose write it refuses.
WRAPPER: Final = ("env", "--ignore-signal=XFSZ")


def fill(pid: int, data: Path) -> None:
    """Have no room for the append-only file below ``data`` of a server that was started behind ``WRAPPER``."""
    assert _is_ignored(pid, signal.SIGXFSZ), f"process {pid} does not run behind {WRAPPER}"
    _limit(pid, append_only.newest(data).stat().st_size)


def free(pid: int) -> None:
    """Have room again."""
    _limit(pid, resource.RLIM_INFINITY)


def _limit(pid: int, size: int) -> None:
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))


def _is_ignored(pid: int, number: int) -> bool:
    told = Path(f"/proc/{pid}/status").read_text().split("SigIgn:")[1].split()[0]
    return bool(int(told, 16) & 1 << number - 1)
