"""One event loop in a thread of its own, and the attempts that run on it."""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, Final

from loguru import logger

from consumer.attempt import Attempt
from consumer.timekeeper import LOOK_S, Timekeeper

__all__ = ["LoopThread", "new_event_loop"]

try:
    from uvloop import new_event_loop
except ImportError:
    from asyncio import new_event_loop

_LAST_WORDS_S: Final = 5.0
_ANSWER_S: Final = 0.5


class LoopThread:
    """The place of ``async def`` attempts: takes them from ``waiting``, and runs up to ``concurrency`` at once."""

    def __init__(self, concurrency: int, waiting: deque[Attempt], keeper: Timekeeper) -> None:
        self.keeper = keeper
        self._concurrency = concurrency
        self._waiting = waiting
        # The loop itself keeps only weak references to its tasks.
        self._running: dict[Attempt, asyncio.Task[None]] = {}
        self._given_up: dict[Attempt, asyncio.Task[None]] = {}
        self._fresh: set[Attempt] = set()
        self._beginning = threading.Lock()
        self._retired = False
        self._stopping = False
        self._answered = True
        self._silent_s = 0.0
        self._looked_at = time.monotonic()
        self._loop: asyncio.AbstractEventLoop = new_event_loop()
        self._thread = threading.Thread(target=self._run_forever, name="EventLoop", daemon=True)
        self._thread.start()

    # As the place of an attempt.

    @property
    def grace_s(self) -> float:
        """How long a handler may take to end after its task was cancelled, in seconds."""
        return self.keeper.grace_s

    def interrupt(self, attempt: Attempt) -> None:
        """Cancel the task of an attempt."""
        self._soon(self._cancel, attempt)

    def give_up(self, attempt: Attempt) -> None:
        """Run another attempt in the place of one whose task goes on."""
        self._soon(self._make_room, attempt)

    # As the event loop has it.

    def begin(self) -> None:
        """Let those attempts run that wait, as far as there is room."""
        self._soon(self._begin)

    def take_fresh(self) -> Attempt | None:
        """Take away an attempt whose task has not begun to run, None where there is none."""
        try:
            return self._fresh.pop()
        except KeyError:
            return None

    @property
    def idle(self) -> bool:
        """Whether nothing runs here."""
        return not self._running and not self._given_up

    def silent_s(self) -> float:
        """Tell for how long the loop has not answered, in seconds, and ask it again; to be called every LOOK_S."""
        looked_at, self._looked_at = self._looked_at, time.monotonic()
        if self._answered:
            self._answered, self._silent_s = False, 0.0
            self._soon(self._answer)
        else:
            # Where whoever looks was held still, the loop may have been, too.
            self._silent_s += min(self._looked_at - looked_at, 2 * LOOK_S)
        return self._silent_s

    def blockers(self) -> list[Attempt]:
        """Return the attempts by which the loop may be blocked: one, where its task is seen to run."""
        every = self._running | self._given_up
        task = asyncio.current_task(self._loop)
        return [attempt for attempt, its in every.items() if its is task] or list(every)

    @property
    def is_hopeless(self) -> bool:
        """Whether the loop, which is blocked, is so by something for which nobody waits any longer."""
        if self.idle:
            return self._silent_s > self.grace_s
        return any(attempt.given_up for attempt in self.blockers())

    def retire(self) -> list[Attempt]:
        """Return the attempts that cannot go on here, and let the thread end when it can."""
        with self._beginning:
            self._retired = True
        every = list(self._running | self._given_up)
        for attempt in every:
            self.keeper.forget(attempt)
            # The thread counts, whatever goes on in it.
            self.keeper.leaks.forget(attempt)
        self.keeper.leaks.enter(self, "a blocked event loop is left behind, and a new one has its place")
        self._soon(self._wind_up)
        return [attempt for attempt in every if not attempt.given_up]

    def cancel_all(self) -> bool:
        """Cancel every attempt, return once they have ended or five seconds have passed; False for a blocked loop."""
        answered = threading.Event()
        self._soon(answered.set)
        if not answered.wait(_ANSWER_S):
            return False
        ended: Future[None] = asyncio.run_coroutine_threadsafe(self._cancelled(self._running), self._loop)
        try:
            ended.result(timeout=_LAST_WORDS_S)
        except TimeoutError:
            ended.cancel()
        return True

    def close(self, timeout_s: float) -> None:
        """Stop the loop; a handler that blocks it is left behind."""
        self._soon(self._stop)
        self._thread.join(timeout_s)

    # On the loop.

    def _begin(self) -> None:
        with self._beginning:
            while not self._retired and len(self._running) < self._concurrency and self._waiting:
                with suppress(IndexError):
                    self._start(self._waiting.popleft())

    def _start(self, attempt: Attempt) -> None:
        self._fresh.add(attempt)
        self._running[attempt] = self._loop.create_task(self._run(attempt))

    async def _run(self, attempt: Attempt) -> None:
        try:
            # Whoever takes it out first has it: others take it away while another task blocks the loop.
            self._fresh.remove(attempt)
        except KeyError:
            self._ended(attempt)
            return
        try:
            await attempt.run_async(self)
        finally:
            self._ended(attempt)

    def _ended(self, attempt: Attempt) -> None:
        self._running.pop(attempt, None)
        self._given_up.pop(attempt, None)
        if self._waiting:
            self._begin()

    def _answer(self) -> None:
        self._answered = True
        # A task that a handler cancelled before it could begin has ended nowhere.
        for attempt, task in list(self._running.items()):
            if task.done() and attempt in self._fresh:
                self._fresh.discard(attempt)
                self._waiting.append(attempt)
                self._ended(attempt)

    def _cancel(self, attempt: Attempt) -> None:
        if (task := self._running.get(attempt)) is not None:
            _interrupt(attempt, task)

    def _make_room(self, attempt: Attempt) -> None:
        if (task := self._running.pop(attempt, None)) is not None:
            self._given_up[attempt] = task
            # Where the loop was blocked, the handler hears only now that it was cancelled.
            self._loop.call_later(self.grace_s, self._count, attempt)
            self._begin()

    def _count(self, attempt: Attempt) -> None:
        task = self._given_up.get(attempt)
        if task is not None and not task.done() and not self._retired:
            attempt.count_as_stuck()

    async def _cancelled(self, waited_for: Mapping[Attempt, asyncio.Task[None]]) -> None:
        tasks = list(waited_for.values())
        for attempt, task in (self._running | self._given_up).items():
            _interrupt(attempt, task)
        if tasks:
            await asyncio.wait(tasks, timeout=_LAST_WORDS_S)

    def _wind_up(self) -> None:
        winding_up = self._loop.create_task(self._cancelled(self._running | self._given_up))
        winding_up.add_done_callback(lambda _: self._stop())

    def _stop(self) -> None:
        self._stopping = True
        self._loop.stop()

    def _soon(self, do: Callable[..., Any], *arguments: Any) -> None:
        # A loop that was closed runs nothing.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(do, *arguments)

    def _run_forever(self) -> None:
        asyncio.set_event_loop(self._loop)
        while self._runs():
            pass
        if self._retired:
            self._loop.close()
            self.keeper.leaks.leave(self, "an event loop that was blocked")

    def _runs(self) -> bool:
        try:
            self._loop.run_forever()
        except BaseException:  # noqa: BLE001 - a task that a handler started may not take the loop from the others
            logger.exception("a task of a handler tried to end the program")
            return True
        if not self._stopping:
            logger.error("a handler stopped the event loop; it goes on")
        return not self._stopping


def _interrupt(attempt: Attempt, task: asyncio.Task[None]) -> None:
    # So that a task which is cancelled by a handler, its own or another one, is told from this.
    attempt.interrupted = True
    task.cancel()
