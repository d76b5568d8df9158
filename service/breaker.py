"""Breaker: spares a store that does not answer, and those who wait for it."""

import random
import time
from collections.abc import Callable
from typing import Final

TOLERATED: Final = 3
PERIOD_S: Final = 1.0
TOGETHER_S: Final = 0.1
_JITTER: Final = 0.25


class Breaker:
    """Opens after three failures in a row; then one request a second may try, and the first success closes it.

    Connections that are lost together are one failure: a server that hung up on all of them may be back at once.

    ``clock`` tells seconds. The second varies by a quarter, so that many services do not try all at once.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._failed_at = -TOGETHER_S
        self._next_try = 0.0

    @property
    def is_open(self) -> bool:
        """Whether the last answers failed to come."""
        return self._failures >= TOLERATED

    def admits(self) -> bool:
        """Tell whether a request may be made; while the breaker is open, the one that is told so is the probe."""
        if not self.is_open:
            return True
        if self._clock() < self._next_try:
            return False
        self._next_try = self._clock() + self._period_s()
        return True

    def failed(self, waited_s: float) -> None:
        """Note that no answer came, after so many seconds."""
        now = self._clock()
        self._next_try = now + self._period_s()
        if max(waited_s, now - self._failed_at) >= TOGETHER_S:
            self._failures += 1
            self._failed_at = now

    def succeeded(self) -> None:
        """Note that an answer came."""
        self._failures = 0

    def _period_s(self) -> float:
        return PERIOD_S * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 - it spreads load, it keeps no secret
