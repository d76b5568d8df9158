"""Waits for the marker by which the store calls one consumer, however busy it is: a job that it runs was cancelled."""

import threading
import time
from collections.abc import Callable
from typing import Final

from consumer.jitter import jittered
from jobdefs.errors import StoreError
from jobdefs.storage.drivers import Store

# Nothing gets lost here but time: what the marker is for comes with the next beat, too.
_POLL_S: Final = 30.0
_PAUSE_S: Final = 1.0


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
                if self._store.wait([self._marker], jittered(_POLL_S)) is not None:
                    self._called()
            except StoreError:
                time.sleep(_PAUSE_S)
