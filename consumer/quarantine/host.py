"""The quarantine as a consumer has it."""

import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from loguru import logger

from consumer.attempt import Attempt
from consumer.huey_bridge.app import JobsHuey
from consumer.log_setup import LogSetup
from consumer.quarantine.cell import Cell
from consumer.quarantine.judge import NoProcess
from consumer.quarantine.seat import Seat
from consumer.quarantine.stay import End, Stay

if TYPE_CHECKING:
    from consumer.intake import Intake

_LOOK_S: Final = 1.0
_STOP_S: Final = 2.0
_FIRST_PAUSE_S: Final = 1.0
_LONGEST_PAUSE_S: Final = 60.0


class Quarantine:
    """Runs suspects where they can harm nobody, one after another; a thread of its own does so, where the seat is."""

    def __init__(self, app: JobsHuey, seat: Seat, log: LogSetup, lease: timedelta) -> None:
        self._app = app
        self._seat = seat
        self._intake: Intake | None = None
        self._inbox: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._waiting: deque[Attempt] = deque()
        self._cell = Cell(app, log, self._inbox.put, lease)
        self._seated = self._interrupted = self._ended = False
        self._idle = threading.Event()
        self._idle.set()
        self._pause_s = 0.0
        self._rests_until: float | None = None
        self._thread = threading.Thread(target=self._serve, name="Quarantine", daemon=True)

    # Called by the threads of a consumer.

    def start(self, intake: "Intake") -> None:
        """Begin to serve; the intake is woken when it may ask for suspects."""
        self._intake = intake
        self._thread.start()

    @property
    def open(self) -> bool:
        """Whether this process may ask for suspects."""
        return self._seated and self._rests_until is None

    def take_in(self, attempt: Attempt) -> None:
        """Let a suspect run when those before it have ended."""
        self._waiting.append(attempt)
        self._inbox.put(self._run_next)

    def take_waiting(self) -> Attempt | None:
        """Take away a suspect that has not begun, None where there is none."""
        try:
            return self._waiting.popleft()
        except IndexError:
            return None

    def interrupt(self) -> None:
        """Kill the process if a suspect runs in it, hand that one back, and run no more."""
        self._interrupted = True
        self._idle.wait(_STOP_S)

    def close(self) -> None:
        """Let the process end."""
        self._inbox.put(self._end)
        self._thread.join(2 * _STOP_S)

    # The thread's own.

    def _serve(self) -> None:
        self._look_about()
        while not self._ended:
            try:
                self._inbox.get(timeout=_LOOK_S)()
            except queue.Empty:
                self._look_about()
            except BaseException:  # noqa: BLE001 - what is no job's; without this thread none would ever run here
                logger.exception("the quarantine stumbled")

    def _run_next(self) -> None:
        attempt = self.take_waiting()
        if attempt is None or self._intake is None:
            return
        self._idle.clear()
        try:
            stay = Stay(self._app, attempt)
            with stay.logged:
                settlement, told = self._end_of(stay)
                self._intake.holdings.settle(attempt, settlement, told)
        finally:
            self._idle.set()

    def _end_of(self, stay: Stay) -> End:
        try:
            end = self._cell.run(stay, self._stopped)
        except NoProcess as error:
            self._rest()
            logger.error("the quarantine's process did not begin: {}; next try in {:g} s", error, self._pause_s)
        except BaseException:  # noqa: BLE001 - whatever it is, a hook's sys.exit too, it proves nothing against the job
            self._rest()
            logger.exception("the quarantine stumbled over this job; next try in {:g} s", self._pause_s)
        else:
            self._pause_s = 0.0
            return end
        return stay.released("there was no quarantine for it")

    def _stopped(self, stay: Stay) -> End | None:
        """Return the end that this consumer gives to a suspect, None where it may go on."""
        if self._interrupted:
            return stay.released("interrupted when the consumer stopped")
        if self._intake is None or not self._intake.holdings.holds(stay.attempt):
            return stay.released("no longer held")
        if stay.attempt.cancelled:
            return stay.cancelled()
        return stay.timed_out() if stay.overdue else None

    def _look_about(self) -> None:
        self._cell.look_after_idle()
        was_open = self.open
        self._seated = self._seated or self._seat.take()
        if self._rests_until is not None and time.monotonic() >= self._rests_until:
            self._rests_until = None
        if self.open and not was_open and self._intake is not None:
            self._intake.wake()

    def _rest(self) -> None:
        self._pause_s = min(max(2 * self._pause_s, _FIRST_PAUSE_S), _LONGEST_PAUSE_S)
        self._rests_until = time.monotonic() + self._pause_s

    def _end(self) -> None:
        self._ended = True
        self._cell.stop(_STOP_S)
