"""Where ``async def`` handlers run: an event loop that is replaced where a handler blocks it for too long."""

import threading
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from loguru import logger

from consumer.attempt import Attempt
from consumer.loop_thread import LoopThread, new_event_loop
from consumer.timekeeper import Timekeeper

if TYPE_CHECKING:
    from consumer.intake import Intake

__all__ = ["EventLoop", "new_event_loop"]

_SILENT_S: Final = 1.0
_NAMED: Final = 5


class EventLoop:
    """Runs up to ``concurrency`` attempts at once; its thread starts with the first of them.

    While a handler blocks it, other jobs are left to other consumers. If that handler's attempt is given up, a new loop
    replaces it, and the other attempts that ran on it are handed back.
    """

    def __init__(self, concurrency: int, keeper: Timekeeper) -> None:
        self.blocked = False
        self._concurrency = concurrency
        self._keeper = keeper
        self._waiting: deque[Attempt] = deque()
        self._intake: Intake | None = None
        self._changing = threading.Lock()
        self._thread: LoopThread | None = None
        self._looked_after = False
        self._tells_at_s = _SILENT_S

    def start(self, intake: "Intake") -> None:
        """Name the intake that takes attempts back, and that is woken when there is room again."""
        self._intake = intake

    def run(self, attempts: Sequence[Attempt]) -> None:
        """Let these attempts run, from any thread."""
        self._waiting.extend(attempts)
        with self._changing:
            if self._thread is None:
                self._thread = self._new_thread()
            self._thread.begin()
            if not self._looked_after:
                self._looked_after = True
                self._keeper.look_after(self._look)

    def take_waiting(self) -> Attempt | None:
        """Take away an attempt that has not begun, None where there is none."""
        try:
            return self._waiting.popleft()
        except IndexError:
            return None

    def cancel_all(self) -> None:
        """Cancel every attempt, and return once they have ended or five seconds have passed; blocked ones are left."""
        if self._thread is not None and not self.blocked:
            self.blocked = not self._thread.cancel_all()

    def close(self) -> None:
        """Stop the loop; a handler that blocks it is left behind."""
        if self._thread is not None:
            self._thread.close(0.0 if self.blocked else 1.0)

    def _new_thread(self) -> LoopThread:
        return LoopThread(self._concurrency, self._waiting, self._keeper)

    # The timekeeper's thread.

    def _look(self) -> bool:
        """See whether the loop answers; False where there is nothing to look after."""
        with self._changing:
            thread = self._thread
            if thread is None or (thread.idle and not self._waiting and not self.blocked):
                self._looked_after = False
                return False
        silent_s = thread.silent_s()
        if silent_s >= _SILENT_S:
            self._relieve(thread, silent_s)
        elif self.blocked:
            logger.warning("the event loop is no longer blocked")
            self._unblock()
        return True

    def _relieve(self, thread: LoopThread, silent_s: float) -> None:
        """Keep a handler that blocks the loop from holding others' jobs."""
        self.blocked = True
        if silent_s >= self._tells_at_s:
            self._tells_at_s *= 4
            _tell(thread.blockers(), silent_s)
        self._hand_back([*iter(self.take_waiting, None), *iter(thread.take_fresh, None)])
        if thread.is_hopeless:
            left = thread.retire()
            with self._changing:
                self._thread = self._new_thread()
                self._thread.begin()
            self._hand_back(left)
            self._unblock()

    def _unblock(self) -> None:
        self.blocked, self._tells_at_s = False, _SILENT_S
        if self._intake is not None:
            self._intake.wake()

    def _hand_back(self, attempts: Sequence[Attempt]) -> None:
        if self._intake is not None:
            self._intake.holdings.hand_back(attempts, "the event loop of its consumer was blocked")


def _tell(blockers: Sequence[Attempt], silent_s: float) -> None:
    names = [f"{attempt.written.name} {attempt.claim.id}" for attempt in blockers]
    shown = ", ".join(names[:_NAMED]) or "what a handler has left there"
    logger.warning(
        "the event loop has been blocked for {:.3g} s by {}{}{}; it takes no other job. An async def handler has to "
        "await whatever takes long, or leave it to asyncio.to_thread",
        silent_s,
        "one of: " if len(names) > 1 else "",
        shown,
        f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "",
    )
