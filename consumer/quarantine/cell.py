"""The process in which suspects run, and what it means for them how it ends."""

import sys
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, Final

import attrs
from loguru import logger

from consumer.huey_bridge.app import JobsHuey
from consumer.log_setup import LogSetup
from consumer.quarantine.child import Child
from consumer.quarantine.death import Death
from consumer.quarantine.judge import Judge, NoProcess
from consumer.quarantine.lines import Word, claim_fields, to_settlement
from consumer.quarantine.stay import End, Stay
from consumer.quarantine.stillness import Stillness

_LOOK_S: Final = 0.05
_START_S: Final = 60.0
_MORE_THAN_A_LEASE_S: Final = 1.0


@attrs.frozen
class Elsewhere:
    """An ending whose signals wait in the process."""

    tell: Callable[[], None]

    def announce(self, emit: Callable[..., None]) -> None:
        """Let the process send them."""
        del emit
        self.tell()


class Cell:
    """Starts the process when it is needed and none is there; used by one thread.

    ``later`` lets that thread do something, from any other one. A process that is stopped for longer than a ``lease``
    is killed.
    """

    def __init__(
        self, app: JobsHuey, log: LogSetup, later: Callable[[Callable[[], None]], None], lease: timedelta
    ) -> None:
        self._app = app
        self._log = log
        self._later = later
        self._patience_s = lease.total_seconds() + _MORE_THAN_A_LEASE_S
        self._child: Child | None = None
        self._judge = Judge()

    def run(self, stay: Stay, stopped: Callable[[Stay], End | None]) -> End:
        """Run a suspect to its end. As soon as ``stopped`` gives one, the process is killed, and that is the end.

        Raises NoProcess where there is none that would begin.
        """
        try:
            end = stopped(stay)
            while end is None:
                end = self._watched(stay, stopped, self._begun())
        except BaseException:
            self._kill()
            raise
        return end

    def look_after_idle(self) -> None:
        """End a process that earlier jobs have spoilt, and note the death of one in which nothing ran."""
        if self._child is None:
            return
        death = self._child.death()
        for _, content in self._child.hear(0):
            self._replace(*content)
            return
        if death is not None:
            logger.warning("the quarantine's process ended {} while nothing ran in it", death.how)
            self._kill()

    def stop(self, timeout_s: float) -> None:
        """Let the process end, and kill it if that takes too long."""
        if self._child is not None:
            self._child.stop(timeout_s)

    def _begun(self) -> Child:
        self.look_after_idle()
        if self._child is None:
            self._child = Child(self._setup())
            logger.info("suspects run in process {}", self._child.pid)
        return self._child

    def _watched(self, stay: Stay, stopped: Callable[[Stay], End | None], child: Child) -> End | None:
        """Return the end of a suspect, None where it needs another process."""
        child.say(Word.RUN, claim_fields(stay.attempt.claim))
        stillness = Stillness(child.pid, self._patience_s)
        while True:
            # In this order, so that its last words are heard.
            death = child.death()
            for word, content in child.hear(0 if death else _LOOK_S):
                if word is Word.SPOILT:
                    self._replace(*content)
                    return None
                if word is Word.ENDED:
                    self._judge.acquit(stay)
                    return to_settlement(*content), Elsewhere(partial(self._later, partial(self._settled, child)))
                stay.begin(*content)
            if death is not None:
                self._kill()
                return self._judge.judged(stay, death)
            if end := stopped(stay):
                self._kill()
                return end
            if stillness.is_too_long():
                self._kill()
                return self._judge.judged_still(stay, child.death() or Death())
            if stay.began is None and time.monotonic() > stay.came + _START_S:
                raise NoProcess(f"it did not begin within {_START_S:g} s")

    def _settled(self, child: Child) -> None:
        if child is self._child:
            child.say(Word.SETTLED)

    def _replace(self, left: str) -> None:
        logger.info("the quarantine's process is replaced, since a job left something behind: {}", left)
        self._kill()

    def _kill(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child = None

    def _setup(self) -> dict[str, Any]:
        return {"path": sys.path, "modules": self._app.plain_modules, "log": attrs.asdict(self._log)}
