"""Ends attempts from outside when their handlers do not end in time."""

import math
import threading
import time
from typing import TYPE_CHECKING, ClassVar, Final

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
        self._changed = threading.Condition()
        self._wakes_at = math.inf
        self._thread: threading.Thread | None = None

    def watch(self, attempt: "Attempt", moment: float) -> None:
        """Give the attempt up at a moment of time.monotonic(), the earliest that was named, unless it is forgotten."""
        with self._changed:
            self._moments[attempt] = min(moment, self._moments.get(attempt, moment))
            if self._thread is None:
                self._thread = threading.Thread(target=self._keep, name="Timekeeper", daemon=True)
                self._thread.start()
            elif moment < self._wakes_at:
                self._changed.notify()

    def forget(self, attempt: "Attempt") -> None:
        """Watch an attempt no more."""
        with self._changed:
            self._moments.pop(attempt, None)

    def _keep(self) -> None:
        while True:
            with self._changed:
                for attempt in self._taken_overdue():
                    # It runs hooks, which may get stuck like the handler.
                    threading.Thread(target=attempt.give_up, name="Ending", daemon=True).start()
                self._wakes_at = min(self._moments.values(), default=math.inf)
                self._changed.wait(min(max(self._wakes_at - time.monotonic(), 0.0), _LONGEST_S))

    def _taken_overdue(self) -> "list[Attempt]":
        now = time.monotonic()
        overdue = [attempt for attempt, moment in self._moments.items() if moment <= now]
        for attempt in overdue:
            del self._moments[attempt]
        return overdue
