"""The sign of life of a worker process, by which its consumer sees whether its interpreter is blocked."""

import mmap
import struct
import time
from collections.abc import Iterable
from typing import Any, Final

from loguru import logger

LOOK_S: Final = 1.0
_MOMENT: Final = struct.Struct("d")


class Pulse:
    """A moment in memory that a process shares with those it forks, as they share the clock of ``time.monotonic``."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _MOMENT.size)

    def beat(self) -> None:
        """Say that this process runs its threads; to be said once in ``LOOK_S`` seconds."""
        _MOMENT.pack_into(self._memory, 0, time.monotonic())

    @property
    def silent_s(self) -> float:
        """How long nothing was said, in seconds; 0 before the first beat."""
        [moment] = _MOMENT.unpack_from(self._memory)
        return time.monotonic() - moment if moment else 0.0


class PulseWatch:
    """Kills worker processes that are silent for so long that their jobs belong to others."""

    def __init__(self, lease_s: float) -> None:
        self._patience_s = lease_s + LOOK_S
        self._looked_at = 0.0

    def look(self, workers: Iterable[tuple[Any, Any]]) -> None:
        """Look at workers and their processes; to be done often."""
        looked_at, self._looked_at = self._looked_at, time.monotonic()
        # Where this process was held still, so may the others have been.
        if self._looked_at - looked_at > LOOK_S:
            return
        for worker, process in workers:
            silent_s = worker.pulse.silent_s
            if silent_s > self._patience_s and process.is_alive():
                logger.error(
                    "killing worker process {}: its interpreter was blocked for {:.0f} s, its jobs belong to others",
                    process.pid,
                    silent_s,
                )
                process.kill()
                process.join(LOOK_S)
