"""Ends attempts from outside when their handlers do not end in time."""

import math
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Final

from loguru import logger

LOOK_S: Final = 0.25
# A condition waits for no longer than some hundred years, and a timeout may be longer.
_LONGEST_S: Final = 3600.0

if TYPE_CHECKING:
    from consumer.attempt import Attempt
    from consumer.leaks import Leaks


class Timekeeper:
    """Watches attempts that run; its thread starts with the first of them.

    ``grace_s`` is how long a handler that was interrupted may take to end by itself, in seconds.
    """

    grace_s: ClassVar[float] = 5.0

    def __init__(self, leaks: "Leaks") -> None:
        self.leaks = leaks
        self._moments: dict[Attempt, float] = {}
        self._look: Callable[[], bool] | None = None
        self._look_at = math.inf
        self._changed = threading.Condition()
        self._wakes_at = math.inf
        self._thread: threading.Thread | None = None

    def watch(self, attempt: "Attempt", moment: float) -> None:
        """Give the attempt up at a moment of time.monotonic(), the earliest that was named, unless it is forgotten."""
        with self._changed:
            self._moments[attempt] = min(moment, self._moments.get(attempt, moment))
            self._wake_by(moment)

    def leave_behind(self, attempt: "Attempt", rest_s: float) -> None:
        """Count the handler of an attempt that was ended from outside as stuck, unless it ends within ``rest_s``."""
        with self._changed:
            self.leaks.linger(attempt)
            self._moments[attempt] = time.monotonic() + rest_s
            self._wake_by(self._moments[attempt])

    def forget(self, attempt: "Attempt") -> None:
        """Watch an attempt no more."""
        with self._changed:
            self._moments.pop(attempt, None)

    def look_after(self, look: Callable[[], bool]) -> None:
        """Call ``look`` four times a second, as long as it returns true."""
        with self._changed:
            self._look, self._look_at = look, time.monotonic() + LOOK_S
            self._wake_by(self._look_at)

    def _wake_by(self, moment: float) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._keep, name="Timekeeper", daemon=True)
            self._thread.start()
        elif moment < self._wakes_at:
            self._changed.notify()

    def _keep(self) -> None:
        while True:
            with self._changed:
                for attempt in self._taken_overdue():
                    self._end(attempt)
                self._wakes_at = min(self._look_at, min(self._moments.values(), default=math.inf))
                self._changed.wait(min(max(self._wakes_at - time.monotonic(), 0.0), _LONGEST_S))
            self._look_if_due()

    def _taken_overdue(self) -> "list[Attempt]":
        now = time.monotonic()
        overdue = [attempt for attempt, moment in self._moments.items() if moment <= now]
        for attempt in overdue:
            del self._moments[attempt]
        return overdue

    def _end(self, attempt: "Attempt") -> None:
        if attempt.given_up:
            # Under the lock, without which the handler's end could come between.
            attempt.count_as_stuck()
        else:
            # It runs hooks, which may get stuck like the handler.
            threading.Thread(target=attempt.give_up, name="Ending", daemon=True).start()

    def _look_if_due(self) -> None:
        with self._changed:
            look = self._look
            if look is None or time.monotonic() < self._look_at:
                return
            # Before the look, so that whoever asks for looks meanwhile is heard.
            self._look_at = math.inf
        if _sees_reason(look):
            self.look_after(look)


def _sees_reason(look: Callable[[], bool]) -> bool:
    try:
        return look()
    except Exception:  # noqa: BLE001 - without the timekeeper's thread no timeout would be kept
        logger.exception("the timekeeper stumbled")
        return True
