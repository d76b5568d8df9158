"""A line now and then, while something takes longer than a second."""

import time
from collections.abc import Callable


class Progress:
    """Says what is waited for after one second, then after two, four, eight … seconds."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._began = time.monotonic()
        self._next_s = 1.0

    @property
    def pause_s(self) -> float:
        """How long until the next line is due, in seconds."""
        return max(self._began + self._next_s - time.monotonic(), 0.01)

    def tell(self, text: str) -> None:
        """Say the text with the time that has passed, if a line is due."""
        if (passed_s := time.monotonic() - self._began) >= self._next_s:
            self._next_s *= 2
            self._say(f"{text} ({passed_s:.0f} s)")
