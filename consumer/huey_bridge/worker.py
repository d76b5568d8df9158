"""A worker runs the attempts of ``def`` handlers, one after another."""

import os
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
            threading.Thread(target=self._drain_when_told, args=(os.getppid(),), name="Drain", daemon=True).start()
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
            began = time.monotonic() if self._stopped_at is None else self._stopped_at
            self.station.finish(began + self.consumer.drain_s)
        super().shutdown()

    def _drain_when_told(self, parent: int) -> None:
        # A consumer that was killed cannot tell its children; they see that they have another parent.
        while not self.stop_flag.wait(_LOOK_S) and os.getppid() == parent:
            pass
        self._stopped_at = time.monotonic()
        self.stop_flag.set()
        self.station.drain()
