"""When to look at the store again, by the store's own clock."""

import time
from typing import Final

_REST_S: Final = 0.1
# A condition waits for no longer than some hundred years, and a moment in the store may be later.
_LONGEST_S: Final = 3600.0


class StoreClock:
    """Follows the store's time between its replies, so that no wall clock of this machine decides anything."""

    def __init__(self) -> None:
        self._offset_s = 0.0
        self._due_s: float | None = None

    def told(self, now_ms: int, due_ms: int | None, *, rest: bool) -> None:
        """Take in the store's time, and its moment of the next thing to do.

        ``rest`` says that there was nothing to do for us: then a moment that has passed already is one that we cannot
        help, such as a lease that ended in a time of grace, and it is looked at again a tenth of a second later.
        """
        self._offset_s = now_ms / 1000 - time.monotonic()
        told = None if due_ms is None else due_ms / 1000
        if told is not None and rest and told <= now_ms / 1000:
            told = now_ms / 1000 + _REST_S
        # A moment of which a marker told while this reply was under way counts on.
        ahead = self._due_s if self._due_s is not None and self._due_s * 1000 > now_ms else None
        self._due_s = min((due for due in (told, ahead) if due is not None), default=None)

    def due(self, due_ms: int | None) -> None:
        """Take in a moment at which there is something to do; the earliest one counts."""
        if due_ms is not None and (self._due_s is None or due_ms / 1000 < self._due_s):
            self._due_s = due_ms / 1000

    def is_past(self, moment_ms: int) -> bool:
        """Tell whether a moment of the store's time has passed."""
        return moment_ms / 1000 <= self._now_s

    @property
    def due_passed(self) -> bool:
        """Whether the moment to look again has passed."""
        return self._due_s is not None and self._due_s <= self._now_s

    @property
    def until_due_s(self) -> float | None:
        """How long it is until then, in seconds, None where there is no such moment."""
        return None if self._due_s is None else min(max(self._due_s - self._now_s, 0.0), _LONGEST_S)

    @property
    def _now_s(self) -> float:
        return time.monotonic() + self._offset_s
