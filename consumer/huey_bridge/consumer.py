"""Huey's consumer: it starts, watches and stops the workers; what they run comes from a station."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from huey.constants import WORKER_PROCESS
from huey.consumer import Consumer, Environment
from loguru import logger

from consumer.huey_bridge.processes import InterruptibleProcesses
from consumer.huey_bridge.pulse import PulseWatch
from consumer.huey_bridge.scheduler import TickScheduler
from consumer.huey_bridge.worker import STUCK, StationWorker
from jobdefs.runtime import notify
from jobdefs.runtime.exits import Exit

if TYPE_CHECKING:
    from consumer.huey_bridge.app import JobsHuey
    from consumer.station import Station

_RECYCLED_WORKER_CHECK_S: Final = 0.2
_JOIN_S: Final = 0.05
_DRAINING: Final = (signal.SIGINT, signal.SIGTERM)


class LeasedConsumer(Consumer):
    """Runs attempts under leases. SIGTERM and SIGINT drain; a second one hands back what runs at once."""

    worker_class = StationWorker
    scheduler_class = TickScheduler
    worker_threads: list[tuple[Any, Any]]

    def __init__(
        self, huey: "JobsHuey", new_station: Callable[[int], "Station"], lease: timedelta, **options: Any
    ) -> None:
        if options.get("max_tasks"):
            # A worker that ends after its tasks is replaced by the health check, and its slot is idle until then.
            options["health_check_interval"] = _RECYCLED_WORKER_CHECK_S
        super().__init__(huey, **options)
        self.station: Station | None = None
        # Process workers say by it that the key space has become newer than this program.
        self.outdated = self.environment.get_stop_flag()
        self._new_station = new_station
        self._pulses = PulseWatch(lease.total_seconds())
        self._hurry = False
        self._interruptible = False
        self._watchdog_s = notify.watchdog_interval_s()
        self._watchdog_due = 0.0
        drains, restarts = (False, True), (True, True)
        self._signal_actions = {signal.SIGINT: drains, signal.SIGTERM: drains, signal.SIGHUP: restarts}

    @property
    def drain_s(self) -> float:
        """How long running attempts may take to finish, in seconds."""
        return self.shutdown_timeout or 0.0

    def get_environment(self, worker_type: str) -> Environment:
        """Return Huey's environment for threads, ours for processes."""
        if worker_type == WORKER_PROCESS:
            return InterruptibleProcesses(signal.SIGINT, signal.SIGUSR1)
        return super().get_environment(worker_type)

    def open_station(self, workers: int) -> "Station":
        """Make this process a place where jobs are run."""
        self.station = self._new_station(workers)
        self.station.start()
        return self.station

    def start(self) -> None:
        """Start the workers, and say that the consumer is ready."""
        # Huey does so last, and a signal that comes while it forks is lost.
        self._set_signal_handlers()
        # A process worker opens a station of its own, after the fork.
        if not self.environment.forks:
            self.open_station(self.workers)
        super().start()
        notify.ready()

    def stop(self, graceful: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - Huey's signature; every stop drains
        """Claim nothing more, let running attempts finish in time, and hand the rest back."""
        notify.stopping()
        self._reassure_watchdog()
        deadline = time.monotonic() + self.drain_s
        if self.station is not None:
            self.station.drain()
        super().stop(graceful=True)
        if self.station is not None:
            self._finish(self.station, deadline)

    def _join_workers(self) -> bool:
        deadline = time.monotonic() + self.drain_s
        with self._interrupted_by_second_signal():
            while at_work := self._at_work():
                if time.monotonic() >= deadline:
                    return False
                at_work[0].join(min(max(deadline - time.monotonic(), 0.0), _JOIN_S))
            return True

    def _at_work(self) -> list[Any]:
        # A handler that is stuck may never end.
        workers = [each for worker, each in self.worker_threads if not worker.stuck]
        return [each for each in (*workers, self.scheduler) if self.environment.is_alive(each)]

    def _finish(self, station: "Station", deadline: float) -> None:
        try:
            with self._interrupted_by_second_signal():
                station.finish(deadline)
        except KeyboardInterrupt:
            station.finish(0.0)

    @contextmanager
    def _interrupted_by_second_signal(self) -> Iterator[None]:
        try:
            self._interruptible = True
            if self._hurry:
                raise KeyboardInterrupt
            yield
        finally:
            self._interruptible = False

    def _interrupt_workers(self) -> None:
        self._hurry = True
        super()._interrupt_workers()

    def loop(self, health_check_ts: float | None = None) -> float | None:
        """Look after the workers, the station and systemd's watchdog."""
        if self.station is not None and not self.station.alive:
            logger.critical("the intake has died; stopping, so that the jobs held here go to others")
            self.stop()
            raise SystemExit(Exit.RESTART)
        if self.outdated.is_set() or (self.station is not None and self.station.outdated):
            self.stop()
            raise SystemExit(Exit.UNSUITABLE)
        if self.environment.forks:
            self._look_after_processes()
        else:
            self._look_after_threads()
        self._tell_watchdog()
        return super().loop(health_check_ts)

    def _look_after_threads(self) -> None:
        if self.station is not None and self.station.leaks.told_full():
            self.stop()
            raise SystemExit(Exit.RESTART)
        stuck = [number for number, (worker, _) in enumerate(self.worker_threads) if worker.stuck]
        if not stuck or self.station is None:
            return
        # Without a bound, handlers that are late in waves would fill the process with threads.
        for number in stuck[self.station.leaks.surplus :]:
            self._replace(number)
            self.station.intake.wake()

    def _replace(self, number: int) -> None:
        worker = self._create_worker()
        thread = self._create_process(worker, f"Worker-{number + 1}")
        self.worker_threads[number] = (worker, thread)
        thread.start()

    def _look_after_processes(self) -> None:
        self._pulses.look(self.worker_threads)
        if any(process.exitcode in (STUCK, -signal.SIGKILL) for _, process in self.worker_threads):
            self.check_worker_health()

    def _tell_watchdog(self) -> None:
        if self._watchdog_s is not None and time.monotonic() >= self._watchdog_due:
            notify.watchdog()
            self._watchdog_due = time.monotonic() + self._watchdog_s

    def _reassure_watchdog(self) -> None:
        """Go on telling systemd while the consumer drains, when the main loop does not run."""
        if self._watchdog_s is not None:
            threading.Thread(target=_tell_watchdog_every, args=(self._watchdog_s,), daemon=True).start()

    def _create_worker(self) -> StationWorker:
        worker = super()._create_worker()
        assert isinstance(worker, StationWorker)  # noqa: S101 - it is worker_class
        worker.consumer = self
        return worker

    def _handle_signal(self, signum: int, frame: Any) -> None:
        if self._signum in _DRAINING and signum in _DRAINING:
            self._hurry = True
            if self._interruptible:
                raise KeyboardInterrupt
            return
        super()._handle_signal(signum, frame)
        for each in _DRAINING:
            # Huey would let a second signal raise in the midst of anything.
            signal.signal(each, self._handle_signal)


def _tell_watchdog_every(pause_s: float) -> None:
    while True:
        notify.watchdog()
        time.sleep(pause_s)
