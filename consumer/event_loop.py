"""The thread with the event loop on which ``async def`` handlers run."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from functools import partial

from loguru import logger

from consumer.attempt import Attempt
from consumer.timekeeper import Timekeeper

__all__ = ["EventLoop", "new_event_loop"]

try:
    from uvloop import new_event_loop
except ImportError:
    from asyncio import new_event_loop


class EventLoop:
    """Runs up to ``concurrency`` attempts at once; its thread starts with the first of them."""

    def __init__(self, concurrency: int, keeper: Timekeeper) -> None:
        self.keeper = keeper
        self._concurrency = concurrency
        self._waiting: deque[Attempt] = deque()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        # The loop itself keeps only weak references to its tasks.
        self._running: dict[Attempt, asyncio.Task[None]] = {}
        self._given_up: set[asyncio.Task[None]] = set()

    @property
    def grace_s(self) -> float:
        """How long a handler may take to end after its task was cancelled, in seconds."""
        return self.keeper.grace_s

    def run(self, attempts: Sequence[Attempt]) -> None:
        """Let these attempts run, from any thread."""
        if self._loop is None:
            self._loop = self._started()
        self._waiting.extend(attempts)
        self._loop.call_soon_threadsafe(self._begin)

    def take_waiting(self) -> Attempt | None:
        """Take away an attempt that has not begun, None where there is none."""
        try:
            return self._waiting.popleft()
        except IndexError:
            return None

    def interrupt(self, attempt: Attempt) -> None:
        """Cancel the task of an attempt."""
        self._soon(self._cancel, attempt)

    def give_up(self, attempt: Attempt) -> None:
        """Run another attempt in the place of one whose task goes on."""
        self._soon(self._make_room, attempt)

    def cancel_all(self) -> None:
        """Cancel every attempt, and return once they have ended or five seconds have passed."""
        if self._loop is None:
            return
        ended: Future[None] = asyncio.run_coroutine_threadsafe(self._cancel_all(), self._loop)
        try:
            ended.result(timeout=5)
        except TimeoutError:
            ended.cancel()

    def close(self) -> None:
        """Stop the loop; a handler that blocks it is left behind."""
        if self._loop is not None and self._thread is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(timeout=1)

    def _started(self) -> asyncio.AbstractEventLoop:
        loop: asyncio.AbstractEventLoop = new_event_loop()
        self._thread = threading.Thread(target=_run_forever, args=(loop,), name="EventLoop", daemon=True)
        self._thread.start()
        return loop

    def _begin(self) -> None:
        while len(self._running) < self._concurrency and (attempt := self.take_waiting()) is not None:
            task = asyncio.ensure_future(attempt.run_async(self))
            self._running[attempt] = task
            task.add_done_callback(partial(self._ended, attempt))

    def _ended(self, attempt: Attempt, task: asyncio.Task[None]) -> None:
        self._running.pop(attempt, None)
        self._given_up.discard(task)
        self._begin()

    def _soon(self, do: Callable[[Attempt], None], attempt: Attempt) -> None:
        if self._loop is not None:
            # A loop that was closed runs nothing.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(do, attempt)

    def _cancel(self, attempt: Attempt) -> None:
        if (task := self._running.get(attempt)) is not None:
            task.cancel()

    def _make_room(self, attempt: Attempt) -> None:
        if (task := self._running.pop(attempt, None)) is not None:
            self._given_up.add(task)
            self._begin()

    async def _cancel_all(self) -> None:
        running = list(self._running.values())
        for task in (*running, *self._given_up):
            task.cancel()
        if running:
            await asyncio.wait(running, timeout=5)


def _run_forever(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    while True:
        try:
            loop.run_forever()
        except BaseException:  # noqa: BLE001 - a task that a handler started may not take the loop from the others
            logger.exception("a task of a handler tried to end the program")
        else:
            return
