"""Whether a process is held still: stopped by a signal, it neither goes on nor dies, and nobody would ever notice."""

import time
from pathlib import Path
from typing import Final

_LOOK_S: Final = 1.0
# Whoever comes later than this to look was held still, too, and cannot tell for how long the other one was.
_LATE_S: Final = 3.0
_STOPPED: Final = (b"T", b"t")


class Stillness:
    """Looks about once a second at a process, however often it is asked."""

    def __init__(self, pid: int, patience_s: float) -> None:
        self._pid = pid
        self._patience_s = patience_s
        self._looked_at = time.monotonic()
        self._since: float | None = None

    def is_too_long(self) -> bool:
        """Tell whether the process has been stopped for longer than the patience lasts."""
        now = time.monotonic()
        gap = now - self._looked_at
        if gap < _LOOK_S:
            return False
        self._looked_at = now
        if gap > _LATE_S or not self._is_stopped():
            self._since = None
        elif self._since is None:
            self._since = now
        return self._since is not None and now - self._since > self._patience_s

    def _is_stopped(self) -> bool:
        try:
            return Path(f"/proc/{self._pid}/stat").read_bytes().rpartition(b")")[2].split()[0] in _STOPPED
        except OSError:
            return False
