"""Why a thread that should only have slept came late: its process was frozen, or its interpreter was blocked."""

import resource
import time
from typing import Final, Self

import attrs

# A thread that waits for the interpreter's lock asks for it some two hundred times a second; one that sleeps does not.
_ASKED_PER_S: Final = 2
_ASKED_ANYWAY: Final = 5
_BUSY: Final = 0.1
_WHO: Final = getattr(resource, "RUSAGE_THREAD", resource.RUSAGE_SELF)
_IS_OF_THREAD: Final = hasattr(resource, "RUSAGE_THREAD")


@attrs.frozen
class Stretch:
    """A stretch of time in the life of the calling thread: its beginning, and what had been used up by then."""

    began: float
    switches: int
    used_s: float

    @classmethod
    def beginning(cls) -> Self:
        """Begin one."""
        return cls(time.monotonic(), resource.getrusage(_WHO).ru_nvcsw, time.process_time())

    @property
    def lasted_s(self) -> float:
        """How long it has lasted, in seconds."""
        return time.monotonic() - self.began

    def delay(self, late_s: float) -> str:
        """Say why the thread is late by so many seconds; to be asked at once."""
        what = "the interpreter was blocked" if self._was_blocked(late_s) else "the process was frozen"
        return f"{what} for {late_s:.3g} s"

    def _was_blocked(self, late_s: float) -> bool:
        if _IS_OF_THREAD:
            asked = resource.getrusage(_WHO).ru_nvcsw - self.switches
            return asked > _ASKED_ANYWAY + _ASKED_PER_S * late_s
        return time.process_time() - self.used_s > _BUSY * late_s
