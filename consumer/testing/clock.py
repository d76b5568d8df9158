"""The time of a test: the store's own, until it is moved."""

import time
from datetime import timedelta
from typing import Final

from jobdefs.clock import to_ms
from jobdefs.storage import moment

_MS_PER_S: Final = 1_000


class MovedClock:
    """Goes as the store's clock does, and ahead of it by as much as the test has moved it, but never behind.

    ``store_ms`` is a time that the store told (Unix, milliseconds) when it was asked at ``asked_ms`` by this machine.
    """

    def __init__(self, store_ms: int, asked_ms: int) -> None:
        # Both are whole milliseconds, which hides a part of one. A clock that was behind would not reach a due moment.
        self._difference_ms = store_ms - asked_ms + 1
        self._ahead_ms = 0

    def advance(self, duration: timedelta) -> None:
        """Move the time on; raises ValueError for a duration below zero, TypeError for what is none."""
        if not isinstance(duration, timedelta):
            raise TypeError(f"advance takes a timedelta, such as timedelta(seconds=5), and got {duration!r}")
        if duration < timedelta(0):
            raise ValueError(f"time cannot be moved back: {duration}")
        self._ahead_ms += to_ms(duration)

    def reach(self, moment_ms: int) -> None:
        """Move the time on to a moment (Unix, milliseconds), unless that has passed."""
        self._ahead_ms += max(moment_ms - self._now_ms, 0)

    def argument(self, clock: moment.Clock) -> int | str:
        """Return what a script gets for its time, in the place of ``moment.argument``."""
        given = clock()
        if given is not None:
            return given
        return self._now_ms if self._ahead_ms else moment.SERVERS_OWN

    @property
    def _now_ms(self) -> int:
        return local_ms() + self._difference_ms + self._ahead_ms


def local_ms() -> int:
    """Return this machine's time (Unix, milliseconds)."""
    return time.time_ns() // (_MS_PER_S * _MS_PER_S)
