"""A worker runs the attempts of ``def`` handlers, one after another."""

import threading
import time
from datetime import datetime
from typing import TYPE_CHECKING, Final

from huey.consumer import Worker, WorkerRecycle

from consumer.attempt import Attempt

if TYPE_CHECKING:
    from consumer.huey_bridge.consumer import LeasedConsumer
    from consumer.station import Station

_LOOK_S: Final = 1.0


class StationWorker(Worker):
    """Takes attempts from its process's station. A process worker opens one of its own and closes it at its end."""

    consumer: "LeasedConsumer"
    attempt: Attempt | None = None
    _stopped_at: float | None = None
    _finishing = False
    _hurried = False

    @property
    def station(self) -> "Station":
        """The station of this process."""
        found = self.consumer.station
        assert found is not None  # noqa: S101 - workers start after their station
        return found

    def initialize(self) -> None:
        """Run the start-up hooks; in a process of its own, open a station."""
        if self.consumer.environment.forks:
            self.consumer.open_station(workers=1)
            threading.Thread(target=self._drain_when_told, name="Drain", daemon=True).start()
        super().initialize()

    def loop(self, now: datetime | None = None) -> None:  # noqa: ARG002 - Huey's signature
        """Run one attempt, if there is one within a second."""
        self.attempt = self.station.take(_LOOK_S)
        if self.attempt is None:
            return
        self.attempt.run()
        self.attempt = None
        self.task_count += 1
        if self.max_tasks and self.task_count >= self.max_tasks:
            self._logger.info("Worker ran %d jobs and is replaced by a new one.", self.task_count)
            raise WorkerRecycle

    def shutdown(self) -> None:
        """Run the shutdown hooks; in a process of its own, close the station."""
        if self.consumer.environment.forks:
            self._finish()
        super().shutdown()

    def hurry(self) -> None:
        """Interrupt a running handler or the wait for the others; called by a signal, so in the midst of anything."""
        self._hurried = True
        attempt = self.attempt
        if attempt is not None and attempt.interruptible:
            attempt.interrupted = True
            raise KeyboardInterrupt
        if self._finishing:
            raise KeyboardInterrupt

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
