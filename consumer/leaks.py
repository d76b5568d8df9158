"""What goes on although nothing needs it: each holds a thread or a task that nobody can take from it."""

import time
from typing import ClassVar

from loguru import logger


class Leaks:
    """Counts what is stuck in one process, and says when it is too much: then only a new process helps.

    What goes on is a handler whose attempt was ended from outside, or an event loop that was replaced. A handler that
    nothing can interrupt *lingers* at first: it may be about to end, and is not stuck before it has had time to.
    """

    least: ClassVar[int] = 16
    per_worker: ClassVar[int] = 4

    def __init__(self, workers: int) -> None:
        self.most = max(self.least, self.per_worker * workers)
        self.most_lingering = self.least + self.per_worker * workers
        self._since: dict[object, float] = {}
        self._stuck: set[object] = set()

    def __len__(self) -> int:
        return len(self._stuck)

    @property
    def surplus(self) -> int:
        """How many more handlers linger than may: no new thread has the place of so many workers."""
        return max(len(self._since) - len(self._stuck) - self.most_lingering, 0)

    def told_full(self) -> bool:
        """Tell, here and in the log, whether so many handlers are stuck that the process has to be replaced."""
        full = len(self) >= self.most
        if full:
            logger.critical("{} handlers are stuck, and only a new process frees their places: it restarts", len(self))
        return full

    def linger(self, who: object) -> None:
        """Take note of what goes on, before it counts as stuck."""
        self._since[who] = time.monotonic()

    def enter(self, who: object, what: str) -> None:
        """Count what goes on as stuck; ``what`` says in the log what it is."""
        self._since.setdefault(who, time.monotonic())
        self._stuck.add(who)
        logger.warning("{}. Stuck: {} of at most {}", what, len(self), self.most)

    def leave(self, who: object, what: str) -> None:
        """Count off what has ended after all; ``what`` says in the log what has been going on."""
        since = self._since.get(who)
        self.forget(who)
        if since is not None:
            logger.info("{} has ended, {:.3g} s late. Stuck: {}", what, time.monotonic() - since, len(self))

    def forget(self, who: object) -> None:
        """Count off, without a word, what is counted as a part of something else."""
        self._since.pop(who, None)
        self._stuck.discard(who)
