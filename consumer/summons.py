"""Waits for the marker by which the store calls one consumer, however busy it is: a job that it runs was cancelled."""

import threading
import time
from collections.abc import Callable
from random import SystemRandom
from typing import Final

from jobdefs.errors import StoreError
from jobdefs.storage.drivers import Store

# Nothing gets lost here but time: what the marker is for comes with the next beat, too.
_POLL_S: Final = 30.0
_PAUSE_S: Final = 1.0
# Not the shared generator: these threads are beside programs, and tests, that may have seeded it.
_spread: Final = SystemRandom().uniform


class Summons:
    """Calls ``called`` whenever the consumer's own marker is there; without it, the next beat tells the same."""

    def __init__(self, store: Store, marker: str, called: Callable[[], None]) -> None:
        self._store = store
        self._marker = marker
        self._called = called
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._wait_on, name="Summons", daemon=True)

    def start(self) -> None:
        """Begin to wait."""
        self._thread.start()

    def stop(self) -> None:
        """Wait no more; a wait under way is left to end by itself."""
        self._stopped.set()

    def _wait_on(self) -> None:
        while not self._stopped.is_set():
            try:
                # Jittered, so that many consumers do not ask in step.
                if self._store.wait([self._marker], _POLL_S * _spread(0.8, 1.2)) is not None:
                    self._called()
            except StoreError:
                time.sleep(_PAUSE_S)
