"""A consumer as the product makes it, whose threads take their turns by hand."""

import time
from contextlib import suppress
from typing import Final

from consumer.attempt import Attempt
from consumer.factory import WorkerFactory
from consumer.huey_bridge.app import JobsHuey
from consumer.settings import ConsumerSettings
from consumer.station import Station
from consumer.timekeeper import Timekeeper
from faults.crashes.conditions import PATIENCE_S, PAUSE_S
from jobdefs import load_catalog
from jobdefs.errors import StoreUnavailable
from jobdefs.storage import keys
from jobdefs.storage.inspection import InspectionCalls

_SLOTS: Final = 3
_MOMENT_S: Final = 0.001
_MANY: Final = 20


class Worker:
    """A consumer of some modules of jobs and handlers; it starts at once, as ``huey_consumer`` would have it start."""

    grace_s = 0.0

    def __init__(self, url: str, namespace: str, modules: str, handlers: str) -> None:
        settings = ConsumerSettings(redis_url=url, namespace=namespace, modules=modules, handlers=handlers)
        self._namespace = namespace
        self._app = WorkerFactory(settings, load_catalog(modules)).build()
        self._station: Station = _started(self._app)
        self.keeper: Timekeeper = self._station.keeper
        self.beat()

    # The turns of its threads.

    def beat(self) -> None:
        """Presence: say that it is here, and hear what became of its jobs."""
        self._station._presence._beat()

    def look_for_markers(self) -> None:
        """WakeUp: take a marker, if one is there and the intake is hungry."""
        if self._station.intake.hungry.is_set():
            self._station._wake_up._wait_once()

    def answer_summons(self) -> None:
        """Summons: beat at once where the store asks for it. What of that gets lost, regular beats make up for."""
        own = keys.own_wake(self._namespace, self._station.intake.holder)
        try:
            asked = self._app.store.wait([own], _MOMENT_S) is not None
        except StoreUnavailable:
            asked = True
        if asked:
            self._beat_until_heard()
            self._station.intake.wake()

    def _beat_until_heard(self) -> None:
        deadline = time.monotonic() + PATIENCE_S
        self.beat()
        while self._station._presence._away and time.monotonic() < deadline:
            time.sleep(PAUSE_S)
            self.beat()

    def sweep(self) -> None:
        """Sweeper: take the next step of the slow pass."""
        with suppress(StoreUnavailable):
            self._station._sweeper._step()

    def exchange(self) -> None:
        """Intake: tell the store what has ended, and claim what there is room for."""
        intake = self._station.intake
        intake.wake()
        if intake._has_reason():
            intake._talk(intake._request())

    def run_next(self) -> bool:
        """A worker, or the quarantine: run one attempt; False where none waits."""
        attempt = self._station.lanes.take(0) or self._station._quarantine.take_waiting()
        if attempt is not None:
            attempt.run(self)
        return attempt is not None

    # Several turns.

    def work_off(self) -> None:
        """Claim, run and settle, job by job, until there is nothing more to do."""
        self.exchange()
        for _ in range(_MANY):
            ran = self.run_next()
            if not ran and not self._station.intake.holdings.ended:
                break
            self.exchange()

    def drain(self) -> None:
        """Stop as at SIGTERM: hand back what has not begun."""
        self._station.drain()
        self.exchange()

    def is_through(self) -> bool:
        """Whether all jobs there are have ended."""
        standing = self._app.store.send(InspectionCalls(self._namespace).ledger()).standing
        return not any(count for state, count in standing.items() if not state.final)

    # As the place of an attempt.

    def interrupt(self, attempt: Attempt) -> None:
        """Interrupt nothing: here nothing happens while a handler runs."""

    def give_up(self, attempt: Attempt) -> None:
        """Give up nothing: no handler takes long."""


def _started(app: JobsHuey) -> Station:
    """Return the station of a consumer that has passed all its checks; it is started until it has, as by systemd."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            consumer = app.create_consumer(workers=_SLOTS)
        except SystemExit:
            if time.monotonic() > deadline:
                raise
            time.sleep(PAUSE_S)
        else:
            station: Station = consumer._new_station(_SLOTS)
            return station
