"""One suspect's stay in quarantine, as its parent sees it, and the ends that only the parent can give it."""

import time
from contextlib import AbstractContextManager
from typing import Any

import attrs
from loguru import logger

from consumer import conclusion
from consumer.attempt import Attempt
from consumer.huey_bridge import bodies
from consumer.huey_bridge.app import JobsHuey
from consumer.huey_bridge.ending import Announcement
from consumer.quarantine.death import Death, DiedInQuarantine
from consumer.quarantine.shape import MUCH_KIB
from consumer.timekeeper import Timekeeper
from jobdefs.runtime.logs import about
from jobdefs.storage.contract import Settlement

End = tuple[Settlement, Announcement | None]


class Stay:
    """What is known of an attempt that runs in the quarantine's process."""

    def __init__(self, app: JobsHuey, attempt: Attempt) -> None:
        self.attempt = attempt
        self.began: float | None = None
        self.came = time.monotonic()
        self._app = app
        self._task = self._stand_in()
        self._peak_before_kib = 0

    def begin(self, peak_kib: int) -> None:
        """Note that the process has begun with the job; from here on its death is the job's doing."""
        self.began, self._peak_before_kib = time.monotonic(), peak_kib

    def took_much(self, death: Death) -> bool:
        """Whether the job took so much memory that a kernel without any may have killed its process for that."""
        return death.peak_kib >= self._peak_before_kib + MUCH_KIB

    @property
    def key(self) -> tuple[str, int]:
        """What tells this life of the job from every other one."""
        return self.attempt.claim.id, self.attempt.claim.generation

    @property
    def overdue(self) -> bool:
        """Whether the job's timeout is over by more than the grace in which the process should have ended it."""
        timeout_s = self._task.timeout if self._task else None
        if self.began is None or not timeout_s:
            return False
        return bool(time.monotonic() > self.began + timeout_s + Timekeeper.grace_s)

    @property
    def logged(self) -> AbstractContextManager[None]:
        """A block whose log lines show the job."""
        return about(self.attempt)

    # Ends.

    def released(self, detail: str) -> End:
        """Hand the job back, as a suspect as before."""
        return self.attempt.released(detail), None

    def spared(self, death: Death) -> End:
        """Hand the job back: others may have killed the process, or the kernel for somebody else's memory."""
        logger.warning("the quarantine's process ended {}, which need not be this job's doing", death.how)
        return self.released("its process in quarantine was killed")

    def condemned(self, death: Death) -> End:
        """The job is dead: the process died of it. Its failures are counted no further, since no handler failed."""
        message = death.described(self._peak_before_kib)
        logger.error("dead in quarantine: {}", message)
        settlement, told = self._failed(DiedInQuarantine(message), final=True)
        return attrs.evolve(settlement, failures=self.attempt.claim.failures), told

    def timed_out(self) -> End:
        """The attempt failed by its timeout, and runs again if the retry policy says so."""
        logger.warning("the quarantine's process was killed: the job did not end at its timeout")
        settlement, told = self._failed(bodies.timed_out(self._task.timeout if self._task else None), final=False)
        return attrs.evolve(settlement, own_end=False), told

    def cancelled(self) -> End:
        """The job was cancelled."""
        if self._task is None:
            # Released, it is cancelled by the store.
            return self.released("cancelled")
        return self._failed(bodies.cancelled(), final=True)

    def _failed(self, error: Exception, *, final: bool) -> End:
        what = (self._task, self.attempt.claim, self.attempt.plan, error)
        if self._task is None:
            return conclusion.broken(*what), None
        if final:
            self._task.retries = 0
        ending = conclusion.failed(self._app, *what)
        return ending.settlement(), ending

    def _stand_in(self) -> Any:
        attempt = self.attempt
        try:
            return bodies.task(self._app, attempt.plan, attempt.claim, attempt.written)
        except Exception:  # noqa: BLE001 - the process will find out, and say what is wrong with it
            return None
