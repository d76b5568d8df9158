"""One try of one job: made ready, run, settled."""

import asyncio
import threading
import time
from collections.abc import Callable
from enum import Enum, auto
from typing import Any

from loguru import logger

from consumer import conclusion
from consumer.huey_bridge import bodies
from consumer.huey_bridge.app import JobsHuey
from consumer.huey_bridge.ending import Ending
from consumer.place import Place
from consumer.plan import Lane, Plan
from consumer.work import Work
from jobdefs.errors import RequestError, StoreError, UnreadableEnvelope, UnreadablePayload
from jobdefs.record import Envelope
from jobdefs.runtime.logs import about
from jobdefs.storage.contract import Claim, Settlement


class _Side(Enum):
    """Who ends an attempt: its handler, or somebody who does not wait for it any longer."""

    INSIDE = auto()
    OUTSIDE = auto()


Settle = Callable[["Attempt", Settlement, Ending | None], None]


class HandlerExited(Exception):
    """A handler raised what is meant to end a program or a task, such as SystemExit: it ends only the attempt."""


class Attempt:
    """One try of one claimed job; ``plan`` is None for a plain Huey task.

    It ends in exactly one settlement, by its handler, or from outside where the handler does not end in time. If it is
    abandoned, somebody else has settled it. Either way, what the handler still does counts for nothing.
    """

    def __init__(self, app: JobsHuey, claim: Claim, written: Envelope, plan: Plan | None, settle: Settle) -> None:
        self.claim = claim
        self.written = written
        self.plan = plan
        self.began: float | None = None
        self.interruptible = False
        self.interrupted = False
        self.abandoned = False
        self.cancelled = False
        self.watched = False
        self._settle = settle
        self._work = Work(app, claim, written, plan)
        self._place: Place | None = None
        self._deciding = threading.Lock()
        self._ended_by: _Side | None = None

    @property
    def lane(self) -> Lane:
        """Where the handler runs."""
        if self.claim.suspect:
            return Lane.QUARANTINE
        return self.plan.lane if self.plan else Lane.WORKERS

    @property
    def given_up(self) -> bool:
        """Whether it was ended from outside."""
        return self._ended_by is _Side.OUTSIDE

    def run(self, place: Place) -> None:
        """Run a ``def`` handler in the calling thread, and settle."""
        self._place = place
        with about(self):
            try:
                if self._ready():
                    self._end(*self._outcome(place))
            except Exception as error:  # noqa: BLE001 - the machinery around the handler has failed
                self._end_broken(error, _Side.INSIDE)
            self._leave(place)

    async def run_async(self, place: Place) -> None:
        """Run an ``async def`` handler, and settle."""
        self._place = place
        with about(self):
            try:
                if self._ready():
                    self._end(*await self._outcome_async(place))
            except Exception as error:  # noqa: BLE001 - the machinery around the handler has failed
                self._end_broken(error, _Side.INSIDE)
            self._leave(place)

    # What others do to it, from their own threads.

    def abandon(self) -> None:
        """Tell the handler, if it asks, that going on is of no use."""
        self.abandoned = True
        self._tell_handler()

    def cancel(self) -> None:
        """Interrupt the handler, whose job was cancelled; the attempt ends with it, or at the end of the place's grace.

        One that has not begun ends as soon as it does.
        """
        if self.cancelled or self.given_up:
            return
        self.cancelled = True
        self._tell_handler()
        place = self._place
        if place is not None and self.began is not None:
            place.interrupt(self)
            self._bound(place, time.monotonic())

    def give_up(self) -> None:
        """End the attempt from outside, unless it has ended: as cancelled if it was, else as timed out."""
        place = self._place
        with about(self):
            if place is None or self.given_up or not self._is_ended_by(_Side.OUTSIDE):
                return
            try:
                self._conclude(None, bodies.cancelled() if self.cancelled else bodies.timed_out(self._work.timeout_s))
            except Exception as error:  # noqa: BLE001 - the machinery around the handler has failed
                self._end_broken(error, _Side.OUTSIDE)
            place.give_up(self)

    def count_as_stuck(self) -> None:
        """Count the handler, which goes on although the attempt was ended from outside, as stuck."""
        if self._place is not None:
            how = "was cancelled" if self.cancelled else "has timed out"
            what = f"the handler goes on though its attempt {how}; its result will count for nothing"
            with about(self):
                self._place.keeper.leaks.enter(self, what)

    def released(self, detail: str) -> Settlement:
        """Return the settlement that hands the job back without using up an attempt."""
        return conclusion.released(self.claim, detail)

    @property
    def log_fields(self) -> dict[str, Any]:
        """What the log lines of this attempt show."""
        claim = self.claim
        return {"job_id": claim.id, "job_name": self.written.name, "queue": claim.queue, "attempt": claim.failures + 1}

    def _end_broken(self, error: Exception, side: _Side) -> None:
        """Settle where the machinery around the handler failed: a job held for ever would be a job lost."""
        if isinstance(error, StoreError) and self.began is None:
            self._settle(self, self.released("the store did not answer before it began"), None)
        elif self._is_ended_by(side):
            logger.exception("the attempt could not be ended as its handler asked")
            self._settle(self, self._work.broken(error), None)

    def _ready(self) -> bool:
        """Decode the job and do what Huey does before a task's body; False where that settled it."""
        try:
            self._work.read()
        except (RequestError, UnreadableEnvelope, UnreadablePayload) as error:
            logger.warning("parked: {}", error)
            self._settle(self, conclusion.parked(self.claim, str(error), self._work.kind), None)
            return False
        ending = self._work.begin()
        if ending is not None:
            self._settle(self, ending.settlement(), ending)
        return ending is None

    def _outcome(self, place: Place) -> tuple[Any, BaseException | None]:
        self.began = self._started(place)
        try:
            try:
                self.interruptible = True
                self._refuse_cancelled()
                with self._work.timed():
                    value = self._work.call(self.began)
            finally:
                self.interruptible = False
        except BaseException as error:  # noqa: BLE001 - every way in which a handler can end is an outcome
            # An interrupt may come as late as in the line above this.
            self.interruptible = False
            return None, self._as_failure(error)
        # Nobody may have interrupted it yet, and whoever does so from outside comes a little later.
        return (None, bodies.timed_out(self._work.timeout_s)) if self._is_late() else (value, None)

    def _is_late(self) -> bool:
        return bool(self._work.timeout_s and self.began and time.monotonic() > self.began + self._work.timeout_s)

    async def _outcome_async(self, place: Place) -> tuple[Any, BaseException | None]:
        self.began = self._started(place)
        try:
            self._refuse_cancelled()
            if self._work.timeout_s is None:
                return await self._work.call(self.began), None
            async with asyncio.timeout(self._work.timeout_s) as bound:
                return await self._work.call(self.began), None
        except TimeoutError as error:
            late = self._work.timeout_s is not None and bound.expired()
            return None, bodies.timed_out(self._work.timeout_s) if late else error
        except BaseException as error:  # noqa: BLE001 - every way in which a handler can end is an outcome
            return None, self._as_failure(error)

    def _started(self, place: Place) -> float:
        now = time.monotonic()
        if self._work.timeout_s:
            self._bound(place, now + self._work.timeout_s)
        return now

    def _bound(self, place: Place, moment: float) -> None:
        self.watched = True
        place.keeper.watch(self, moment + place.grace_s)

    def _refuse_cancelled(self) -> None:
        # A cancel that came before the handler could be interrupted counts all the same.
        if self.cancelled:
            self.interrupted = True
            raise KeyboardInterrupt

    def _tell_handler(self) -> None:
        self._work.tell(abandoned=self.abandoned, cancelled=self.cancelled)

    def _end(self, value: Any, error: BaseException | None) -> None:
        if self._is_ended_by(_Side.INSIDE):
            self._conclude(value, error)

    def _is_ended_by(self, side: _Side) -> bool:
        """Tell whether this side ends the attempt: the first one to ask does."""
        with self._deciding:
            if self._ended_by is None:
                self._ended_by = side
                if side is _Side.OUTSIDE and self._place is not None and not self._place.grace_s:
                    # Nobody has given it time to end; before its end can be noticed.
                    self._place.keeper.leave_behind(self, self._place.keeper.grace_s)
            return self._ended_by is side

    def _leave(self, place: Place) -> None:
        if self.watched:
            place.keeper.forget(self)
        if self.given_up:
            with about(self):
                place.keeper.leaks.leave(self, "the handler")

    def _conclude(self, value: Any, error: BaseException | None) -> None:
        plain = self._work.succeeded_plainly(value) if error is None else None
        if plain is not None:
            self._settle(self, plain, None)
            return
        ending = self._work.succeeded(value) if error is None else self._work.failed(error)
        settlement = ending.settlement()
        if not self.abandoned:
            conclusion.tell(settlement)
        self._settle(self, settlement, ending)

    def _as_failure(self, error: BaseException) -> BaseException:
        if self.interrupted:
            return bodies.cancelled() if self.cancelled else KeyboardInterrupt()
        if isinstance(error, Exception):
            return error
        how = f"called sys.exit({error.code!r})" if isinstance(error, SystemExit) else f"raised {type(error).__name__}"
        exited = HandlerExited(f"the handler {how}")
        exited.__cause__ = error
        return exited
