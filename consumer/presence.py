"""Says four times per lease that this consumer is here, and keeps its leases."""

import threading
import time
from collections.abc import Mapping
from datetime import timedelta

from loguru import logger

from consumer.intake import Intake
from jobdefs.errors import StoreError
from jobdefs.storage.drivers import Store
from jobdefs.storage.execution import ExecutionCalls


class Presence:
    """A thread of its own, so that no handler can keep it from beating, save one that holds the interpreter lock."""

    def __init__(self, store: Store, calls: ExecutionCalls, intake: Intake, abilities: Mapping[str, str]) -> None:
        self._store = store
        self._calls = calls
        self._intake = intake
        self._abilities = abilities
        self._stopped = False
        self._called = threading.Event()
        self._thread = threading.Thread(target=self._beat_on, name="Presence", daemon=True)

    def start(self) -> None:
        """Beat at once, and then every quarter of a lease."""
        self._thread.start()

    def stop(self) -> None:
        """Beat no more."""
        self._stopped = True
        self._called.set()

    def beat_now(self) -> None:
        """Beat without waiting for the time: the store has something to tell this consumer."""
        self._called.set()

    def _beat_on(self) -> None:
        pause_s = self._calls.lease.total_seconds() / 4
        while not self._stopped:
            self._beat(pause_s)
            self._called.wait(pause_s)
            self._called.clear()

    def _announce(self) -> None:
        self._store.send(self._calls.announce(holder=self._intake.holder, abilities=self._abilities))
        # Parked jobs may have waited for a consumer like this one.
        self._intake.wake()

    def _beat(self, pause_s: float) -> None:
        asked_at = time.monotonic()
        try:
            beat = self._store.send(self._calls.beat(holder=self._intake.holder, held=self._intake.holdings.leases()))
            if not beat.announced:
                self._announce()
        except StoreError as error:
            logger.warning("cannot say that this consumer is here: {}", error)
            return
        except Exception:  # noqa: BLE001 - without beats every lease here would end
            logger.exception("cannot say that this consumer is here")
            return
        self._intake.holdings.lose(beat.lost)
        if time.monotonic() - asked_at > pause_s:
            logger.warning("the store took {} to take in a beat", timedelta(seconds=time.monotonic() - asked_at))
