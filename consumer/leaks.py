"""Handlers that go on although their attempt has ended: each holds a thread or a task that nobody can take from it."""

import time
from typing import TYPE_CHECKING, ClassVar

from loguru import logger

if TYPE_CHECKING:
    from consumer.attempt import Attempt


class Leaks:
    """Counts what is stuck in one process, and says when it is too much: then only a new process helps."""

    least: ClassVar[int] = 16
    per_worker: ClassVar[int] = 4

    def __init__(self, workers: int) -> None:
        self.most = max(self.least, self.per_worker * workers)
        self._since: dict[Attempt, float] = {}

    def __len__(self) -> int:
        return len(self._since)

    def told_full(self) -> bool:
        """Tell, here and in the log, whether so many handlers are stuck that the process has to be replaced."""
        full = len(self) >= self.most
        if full:
            logger.critical("{} handlers are stuck, and only a new process frees their places: it restarts", len(self))
        return full

    def enter(self, attempt: "Attempt") -> None:
        """Count the handler of an attempt that was ended from outside."""
        self._since[attempt] = time.monotonic()
        logger.warning(
            "the handler goes on though its attempt {}; its result will count for nothing. Stuck: {} of at most {}",
            "was cancelled" if attempt.cancelled else "has timed out",
            len(self),
            self.most,
        )

    def leave(self, attempt: "Attempt") -> None:
        """Count off a handler that has ended after all."""
        lasted_s = time.monotonic() - self._since.pop(attempt)
        logger.info("the handler has ended {:.3g} s after its attempt. Stuck: {}", lasted_s, len(self))
