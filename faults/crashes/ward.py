"""Takes the quarantine's place: suspects run in the consumer, since none of these jobs does any harm."""

from collections import deque
from typing import Any, Final

from consumer.attempt import Attempt


class Ward:
    """Has the quarantine's face for the lanes, and no process behind it."""

    open: Final = True

    def __init__(self, *_quarantines: Any) -> None:
        self._waiting: deque[Attempt] = deque()

    def take_in(self, attempt: Attempt) -> None:
        """Let a suspect wait for its turn."""
        self._waiting.append(attempt)

    def take_waiting(self) -> Attempt | None:
        """Take away a suspect that has not begun, None where there is none."""
        return self._waiting.popleft() if self._waiting else None
