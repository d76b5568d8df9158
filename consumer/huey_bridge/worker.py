"""A worker runs the attempts of ``def`` handlers, one after another."""

import os
import signal
import threading
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from huey.consumer import Worker, WorkerRecycle
from loguru import logger

from consumer.attempt import Attempt
from consumer.huey_bridge.processes import CANCEL
from consumer.huey_bridge.pulse import Pulse
from consumer.timekeeper import Timekeeper

if TYPE_CHECKING:
    from consumer.huey_bridge.consumer import LeasedConsumer
    from consumer.station import Station

STUCK: Final = 70
_LOOK_S: Final = 1.0


class StationWorker(Worker):
    """Takes attempts from its process's station. A process worker opens one of its own and closes it at its end."""

    consumer: "LeasedConsumer"
    attempt: Attempt | None = None
    stuck = False
    _stopped_at: float | None = None
    _finishing = False
    _hurried = False

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # Made before the fork, so that both sides have it.
        self.pulse = Pulse()

    @property
    def station(self) -> "Station":
        """The station of this process."""
        found = self.consumer.station
        assert found is not None  # noqa: S101 - workers start after their station
        return found

    def initialize(self) -> None:
        """Run the start-up hooks; in a process of its own, open a station."""
        if self._is_process:
            self.consumer.open_station(workers=1)
            threading.Thread(target=self._drain_when_told, name="Drain", daemon=True).start()
        super().initialize()

    def loop(self, now: datetime | None = None) -> None:  # noqa: ARG002 - Huey's signature
        """Run one attempt, if there is one within a second."""
        self.attempt = self.station.take(_LOOK_S)
        if self.attempt is not None:
            self._run(self.attempt)
        if self._is_process and self.station.outdated:
            self.consumer.outdated.set()
        if self._is_process and self.station.leaks.told_full():
            raise KeyboardInterrupt

    def _run(self, attempt: Attempt) -> None:
        attempt.run(self)
        self.attempt = None
        if attempt.given_up:
            # Another worker has this one's place. Huey ends a worker quietly in this way.
            raise KeyboardInterrupt
        self.task_count += 1
        if self.max_tasks and self.task_count >= self.max_tasks:
            self._logger.info("Worker ran %d jobs and is replaced by a new one.", self.task_count)
            raise WorkerRecycle

    def shutdown(self) -> None:
        """Run the shutdown hooks; in a process of its own, close the station."""
        if self._is_process:
            self._finish()
        super().shutdown()

    # As the place of an attempt.

    @property
    def keeper(self) -> Timekeeper:
        """Who ends attempts from outside."""
        return self.station.keeper

    @property
    def grace_s(self) -> float:
        """How long a handler may go on after it was interrupted, in seconds; nothing interrupts a thread."""
        return self.keeper.grace_s if self._is_process else 0.0

    def interrupt(self, attempt: Attempt) -> None:  # noqa: ARG002 - a worker runs no other one
        """Interrupt the handler in a process of its own, from any thread."""
        if self._is_process:
            signal.pthread_kill(threading.main_thread().ident or 0, CANCEL)

    def interrupt_cancelled(self) -> None:
        """Interrupt the handler of a cancelled job; called by a signal, so in the midst of anything."""
        attempt = self.attempt
        if attempt is not None and attempt.cancelled and attempt.interruptible and not attempt.interrupted:
            attempt.interrupted = True
            raise KeyboardInterrupt

    def give_up(self, attempt: Attempt) -> None:
        """Leave the thread to the handler, and its place to a new worker; or end the process, which frees both."""
        self.stuck = True
        if self._is_process:
            attempt.count_as_stuck()
            logger.error("this process cannot stop a handler; it hands back its other jobs and ends itself")
            try:
                self.station.finish(time.monotonic())
            finally:
                os._exit(STUCK)

    def hurry(self) -> None:
        """Interrupt a running handler or the wait for the others; called by a signal, so in the midst of anything."""
        self._hurried = True
        attempt = self.attempt
        if attempt is not None and attempt.interruptible:
            attempt.interrupted = True
            raise KeyboardInterrupt
        if self._finishing:
            raise KeyboardInterrupt

    @property
    def _is_process(self) -> bool:
        return bool(self.consumer.environment.forks)

    def _finish(self) -> None:
        began = time.monotonic() if self._stopped_at is None else self._stopped_at
        try:
            self._finishing = True
            self.station.finish(0.0 if self._hurried else began + self.consumer.drain_s)
        except KeyboardInterrupt:
            self._finishing = False
            self.station.finish(0.0)

    def _drain_when_told(self) -> None:
        self.stop_flag.wait()
        self._stopped_at = time.monotonic()
        self.station.drain()
