"""Takes its turns at the slow pass over everything that is kept, and tells the operator what disagreed."""

import threading
from datetime import timedelta
from typing import Final

from loguru import logger

from consumer.jitter import jittered
from jobdefs.errors import StoreError, StoreUnavailable
from jobdefs.storage.drivers import Store
from jobdefs.storage.inspection import InspectionCalls
from jobdefs.storage.upkeep import UpkeepCalls

_PAUSE_S: Final = 0.5
_JITTER: Final = 0.2


class Sweeper:
    """A thread that asks about twice a second whether it is its turn; the store bounds all consumers together.

    Whoever ends a pass looks at the ledger, too.
    """

    def __init__(self, store: Store, namespace: str, lease: timedelta) -> None:
        self._store = store
        self._upkeep = UpkeepCalls(namespace, lease)
        self._inspection = InspectionCalls(namespace)
        self._faults: tuple[str, ...] = ()
        self._complaint = ""
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._sweep_on, name="Sweeper", daemon=True)

    def start(self) -> None:
        """Begin to sweep."""
        self._thread.start()

    def stop(self) -> None:
        """Sweep no more."""
        self._stopped.set()

    def _sweep_on(self) -> None:
        pause_s = 0.0
        while not self._stopped.wait(jittered(pause_s, 1, 1 + _JITTER)):
            pause_s = _PAUSE_S
            try:
                pause_s = max(pause_s, self._step())
            except StoreUnavailable:
                # The intake is the one that tells the operator.
                continue
            except StoreError as error:
                self._complain(error)
            except Exception:  # noqa: BLE001 - what cannot be read now may be readable later
                logger.exception("the sweeper stumbled")

    def _complain(self, error: StoreError) -> None:
        if str(error) != self._complaint:
            self._complaint = str(error)
            logger.warning("cannot sweep: {} The server's own words: {}", error, error.__cause__)

    def _step(self) -> float:
        step = self._store.send(self._upkeep.sweep())
        for repair in step.repairs:
            with logger.contextualize(job_id=repair.id):
                logger.warning("repaired{}: {}", f" job {repair.id}" if repair.id else "", repair.wrong)
        if step.ended:
            self._audit()
        return step.wait.total_seconds()

    def _audit(self) -> None:
        faults = self._store.send(self._inspection.ledger()).faults
        if faults == self._faults:
            return
        self._faults = faults
        for fault in faults:
            logger.error("the ledger is off: {}; keys were lost or changed by another program", fault)
        if not faults:
            logger.info("the ledger agrees again")
