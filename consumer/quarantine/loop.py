"""The event loop of the quarantine's process: one for all jobs, since connections belong to a loop."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any
from weakref import WeakSet

from loguru import logger

from consumer.event_loop import new_event_loop


class Loop:
    """Is made with the first coroutine; tells what waits for it to run again."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        # A loop does not tell its timers; those that it called or dropped are gone from here.
        self._timers: WeakSet[asyncio.TimerHandle] = WeakSet()

    def run(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine to its end."""
        loop = self._loop = self._loop or self._made()
        task = loop.create_task(coroutine)
        while not task.done():
            try:
                loop.run_until_complete(task)
            except BaseException:  # noqa: BLE001 - a task that the handler started may not end the program
                logger.exception("a task of a handler tried to end the program")

    @property
    def pending(self) -> bool:
        """Whether tasks or timers would go on beside the next coroutine."""
        if self._loop is None:
            return False
        return bool(asyncio.all_tasks(self._loop)) or any(not timer.cancelled() for timer in self._timers)

    def _made(self) -> asyncio.AbstractEventLoop:
        loop: asyncio.AbstractEventLoop = new_event_loop()
        for name in ("call_at", "call_later"):
            setattr(loop, name, self._noting(getattr(loop, name)))
        asyncio.set_event_loop(loop)
        return loop

    def _noting(self, call: Callable[..., asyncio.TimerHandle]) -> Callable[..., asyncio.TimerHandle]:
        def noted(*args: Any, **options: Any) -> asyncio.TimerHandle:
            timer = call(*args, **options)
            self._timers.add(timer)
            return timer

        return noted
