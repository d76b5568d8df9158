"""Says four times per lease that this consumer is here, and hears what became of its jobs."""

import threading
import time
from collections.abc import Mapping
from typing import Final

from loguru import logger

from consumer.intake import Intake
from consumer.server_watch import ServerWatch
from consumer.stretch import Stretch
from jobdefs.errors import StoreError
from jobdefs.storage import key_space
from jobdefs.storage.contract import Beat
from jobdefs.storage.drivers import Store
from jobdefs.storage.execution import ExecutionCalls

# A store that is slow has answered by then, or a deadline has passed.
_LONG_CALL_S: Final = 3.0
_UNKNOWN: Final = "the store gave it away, though every beat was in time"


class Presence:
    """A thread of its own, so that no handler can keep it from beating, save one that holds the interpreter lock.

    ``outdated`` becomes true when the key space is newer than this program: it claims no more, and has to end.
    """

    def __init__(self, store: Store, calls: ExecutionCalls, intake: Intake, abilities: Mapping[str, str]) -> None:
        self._store = store
        self._calls = calls
        self._intake = intake
        self._abilities = abilities
        self._server = ServerWatch(store)
        self._pause_s = calls.lease.total_seconds() / 4
        self._heard_at = time.monotonic()
        self._away = False
        self._delay = ""
        self._epoch: str | None = None
        self._stopped = False
        self.outdated = False
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
        while not self._stopped:
            stretch = Stretch.beginning()
            self._beat()
            self._note_delay(stretch, _LONG_CALL_S)
            stretch = Stretch.beginning()
            self._called.wait(self._pause_s)
            self._called.clear()
            self._note_delay(stretch, self._pause_s)

    def _note_delay(self, stretch: Stretch, expected_s: float) -> None:
        """Say so if this thread was kept from beating, since others may have taken the jobs meanwhile."""
        late_s = stretch.lasted_s - expected_s
        if late_s > self._pause_s:
            self._delay = stretch.delay(late_s)
            logger.warning("no beat in time: {}; leases last {:g} s", self._delay, self._calls.lease.total_seconds())

    def _beat(self) -> None:
        try:
            beat = self._store.send(self._calls.beat(holder=self._intake.holder, held=self._intake.holdings.leases()))
            self._hear(beat)
            if not beat.announced:
                self._announce()
        except StoreError as error:
            self._away = True
            logger.warning("cannot say that this consumer is here, for {:.3g} s now: {}", self._silent_s, error)
        except Exception:  # noqa: BLE001 - without beats every lease here would end
            logger.exception("cannot say that this consumer is here")
        else:
            self._look()

    def _look(self) -> None:
        try:
            self._server.look()
        except StoreError as error:
            logger.warning("cannot see whether the store is as it should be: {}", error)
        except Exception:  # noqa: BLE001 - a strange answer must not keep this thread from beating
            logger.exception("cannot see whether the store is as it should be")

    def _hear(self, beat: Beat) -> None:
        self._intake.holdings.lose(beat.lost, self._cause())
        self._intake.holdings.cancel(beat.cancelled)
        self._intake.look_for_suspects()
        self._compare(beat.epoch)
        self._check_schema(beat.schema)
        self._heard_at, self._away, self._delay = time.monotonic(), False, ""

    def _cause(self) -> str:
        away = f"the store could not be reached for {self._silent_s:.3g} s" if self._away else ""
        return " and ".join(each for each in (self._delay, away) if each) or _UNKNOWN

    @property
    def _silent_s(self) -> float:
        return time.monotonic() - self._heard_at

    def _announce(self) -> None:
        self._store.send(self._calls.announce(holder=self._intake.holder, abilities=self._abilities))
        # Parked jobs may have waited for a consumer like this one.
        self._intake.wake()

    def _check_schema(self, schema: int) -> None:
        newer = key_space.newer(schema, self._store.shown)
        if newer and not self.outdated:
            logger.critical("{} This one ends, and what it has not begun goes back.", newer)
            self._intake.drain()
            self.outdated = True

    def _compare(self, epoch: str) -> None:
        # After an emptied key space any other one is no news.
        if self._epoch and epoch != self._epoch:
            logger.critical(
                "the key space at {} is another one now: it was emptied, or this is another server; going on with what "
                "there is",
                self._store.shown,
            )
        self._epoch = epoch
