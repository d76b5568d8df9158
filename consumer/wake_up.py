"""Waits for the store's wake-up markers, so that an idle consumer costs nothing and a new job starts at once."""

import math
import threading
import time
from collections.abc import Sequence
from typing import Final

from consumer.intake import Intake
from consumer.jitter import jittered
from jobdefs.errors import StoreError
from jobdefs.storage.drivers import Store

_POLL_S: Final = 7.0
_PAUSE_S: Final = 1.0


class WakeUp:
    """Blocks on the markers while the intake is hungry.

    A marker is a hint: should one get lost, jobs start late by at most the time of the slow poll, some seven seconds.
    """

    def __init__(self, store: Store, intake: Intake, markers: Sequence[str]) -> None:
        self._store = store
        self._intake = intake
        self._markers = list(markers)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._wait_on, name="WakeUp", daemon=True)

    def start(self) -> None:
        """Begin to wait."""
        self._thread.start()

    def stop(self) -> None:
        """Wait no more; a wait under way is left to end by itself."""
        self._stopped.set()

    def _wait_on(self) -> None:
        while not self._stopped.is_set():
            if self._intake.hungry.wait(_POLL_S):
                self._wait_once()

    def _wait_once(self) -> None:
        try:
            found = self._store.wait(self._markers, jittered(_POLL_S))
        except StoreError:
            # The intake is the one that tells the operator.
            time.sleep(_PAUSE_S)
            found = None
        if found is None or not math.isfinite(found[1]):
            self._intake.wake()
        else:
            self._intake.wake_by_marker(int(found[1]))
