"""The conversation with the store: settles what has ended and claims what comes next, in one round trip each."""

import threading
import time
from collections.abc import Sequence
from typing import Final

from loguru import logger

from consumer.holdings import Ended, Holdings
from consumer.huey_bridge.app import JobsHuey
from consumer.lanes import BATCH, STUCK_S, Lanes
from consumer.plan import Lane, Plan
from consumer.reception import Reception, complete, tell_of_lost
from consumer.request import Request, Requests
from consumer.store_clock import StoreClock
from jobdefs.errors import StoreError, StoreUnavailable
from jobdefs.storage.contract import Exchange
from jobdefs.storage.execution import ExecutionCalls

_FLUSH_S: Final = 0.005
_FIRST_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 2.0


class Intake:
    """Keeps the lanes supplied and the store informed, in a thread of its own, or in one that was woken by a marker.

    They take turns: an exchange is answered before the next one is sent. ``hungry`` is set while there is room
    here and the store has no job for it; whoever learns that it may have one calls ``wake``.
    """

    def __init__(
        self,
        app: JobsHuey,
        calls: ExecutionCalls,
        lanes: Lanes,
        *,
        holder: str,
        queues: Sequence[str],
        plans: dict[str, Plan],
    ) -> None:
        self.holder = holder
        self.holdings = Holdings(lanes)
        self.hungry = threading.Event()
        self._app = app
        self._calls = calls
        self._lanes = lanes
        self._requests = Requests(calls, lanes, holder=holder, queues=queues, plans=plans)
        self._reception = Reception(app, self.holdings, plans, runs_plain=Lane.WORKERS in lanes.free)
        self._changed = self.holdings.changed
        self._clock = StoreClock()
        self._more = self._more_suspects = True
        self._marker_taken = False
        self._marker_ahead = False
        self._talking = False
        self._draining = False
        self._closing = self._gave_up = False
        self._closes_at = 0.0
        self._thread = threading.Thread(target=self._converse, name="Intake", daemon=True)

    # Called by the threads of a consumer.

    def start(self) -> None:
        """Begin to claim."""
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether the conversation goes on."""
        return self._thread.is_alive()

    def wake(self) -> None:
        """Look for jobs at once."""
        with self._changed:
            self._more = self._more_suspects = True
            self._changed.notify_all()

    def look_for_suspects(self) -> None:
        """Ask for suspects if the quarantine is free, also where there is no room for anything else."""
        # Whoever is hungry gets the markers of suspects.
        if not self.hungry.is_set():
            with self._changed:
                self._more_suspects = True
                self._changed.notify_all()

    def wake_by_marker(self, due_ms: int) -> None:
        """Follow a marker that was taken from the store: look for jobs when its moment has come.

        If that is now, the caller's thread does so itself: an idle one would take longer to wake up.
        """
        with self._changed:
            self._clock.due(due_ms)
            if self._clock.is_past(due_ms):
                self._more = self._marker_taken = True
            else:
                self._marker_ahead = True
            if self._talking or self._closing or not self._has_reason():
                self._changed.notify_all()
                return
            request = self._request()
        self._talk(request)

    def drain(self) -> None:
        """Claim nothing more, and hand back what has not begun."""
        with self._changed:
            self._draining = True
            self._changed.notify_all()
        self.holdings.hand_back(self._lanes.take_waiting(), "not begun when the consumer drained")

    def close(self, timeout_s: float) -> None:
        """Tell the store everything that has ended, and stop; give up after so long, and say of which jobs."""
        with self._changed:
            self._closes_at = time.monotonic() + timeout_s
            self._draining = self._closing = True
            self._changed.notify_all()
        self._thread.join(timeout_s)
        for ended in self.holdings.untold():
            with logger.contextualize(job_id=ended.settlement.id):
                logger.error(
                    "the store could not be told in time how this job ended ({}): it runs again in another consumer "
                    "when its lease has ended",
                    ended.settlement.outcome,
                )

    # When to talk.

    def _converse(self) -> None:
        while (request := self._next_request()) is not None:
            self._talk(request)

    def _next_request(self) -> Request | None:
        with self._changed:
            while self._talking or not self._has_reason():
                if self._closing and not self._talking:
                    return None
                if self.hungry.is_set() and self.holdings.idle:
                    self._requests.write_ahead(self._want(), self._suspects())
                self._changed.wait(None if self._talking else self._patience_s())
                self.holdings.hand_back(self._lanes.take_stuck(), "waited behind a long attempt")
            return None if self._gave_up else self._request()

    def _has_reason(self) -> bool:
        if self.holdings.ended and self._ripe():
            return True
        # A marker that was taken but cannot be followed is put back for others by an exchange that wants nothing.
        if self._marker_taken or (self._marker_ahead and self._clock.due_passed):
            return True
        if self._suspects() > 0 and self._more_suspects:
            return True
        return self._want() > 0 and (self._more or self.holdings.freed or self._clock.due_passed)

    def _ripe(self) -> bool:
        """Tell whether to settle now: settling very short attempts one by one would cost more than they do."""
        holdings = self.holdings
        if holdings.ended >= BATCH or holdings.idle or not self._lanes.short or self._closing:
            return True
        return holdings.waiting_s >= _FLUSH_S

    def _want(self) -> int:
        return 0 if self._draining else min(max(self._lanes.wanting.values(), default=0), BATCH)

    def _suspects(self) -> int:
        return 0 if self._draining else self._lanes.suspects

    def _patience_s(self) -> float | None:
        bounds = [
            _FLUSH_S if self.holdings.ended else None,
            self._clock.until_due_s if self._marker_ahead or self._want() > 0 else None,
            self._lanes.rest_s if self._more else None,
            STUCK_S if self._lanes.crowded else None,
        ]
        return min((bound for bound in bounds if bound is not None), default=None)

    # Whoever has the turn.

    def _request(self) -> Request:
        """Take the turn, and say what there is to say."""
        want, suspects = self._want(), self._suspects()
        request = self._requests.exchange(want, suspects, self.holdings.take_ended(BATCH))
        self.hungry.clear()
        self._more_suspects = self._more_suspects and not suspects
        self._more = self._marker_taken = self.holdings.freed = False
        self._marker_ahead = self._marker_ahead and not self._clock.due_passed
        self._talking = True
        return request

    def _talk(self, request: Request) -> None:
        try:
            self._ask(request)
        except Exception:  # noqa: BLE001 - a consumer whose conversation ended would hold its jobs for ever
            logger.exception("the intake stumbled; telling the store each end by itself")
            time.sleep(_FIRST_PAUSE_S)
            self._tell_one_by_one(request.ended)
        finally:
            with self._changed:
                self._talking = False
                self._changed.notify_all()

    def _ask(self, request: Request) -> None:
        pause, again, at_stake = _FIRST_PAUSE_S, False, bool(request.ended)
        while True:
            try:
                reply = self._app.store.send(request.call(again))
                complete(reply.claims, self._app.store, self._calls)
            except StoreError as error:
                if not again:
                    logger.error("the store does not answer: {} Trying again until it does.", error)
                # What may have been claimed is to be handed back.
                at_stake = at_stake or (request.wish.claims and _may_have_arrived(error))
                if self._closing and not (at_stake and time.monotonic() < self._closes_at):
                    self._gave_up = True
                    return None
                again, pause = True, min(2 * pause, _LONGEST_PAUSE_S)
                time.sleep(pause)
                continue
            if again:
                logger.info("the store answers again")
            return self._accept(request, reply)

    def _tell_one_by_one(self, ends: Sequence[Ended]) -> None:
        """Tell ends apart from each other, so that one that cannot be told keeps no other from being told."""
        for ended in ends:
            for told in (ended, ended.untellable()):
                try:
                    self._ask(self._requests.telling(told))
                except Exception:  # noqa: BLE001 - the next one is another matter
                    logger.exception("the end of job {} cannot be told as it is", ended.settlement.id)
                else:
                    break

    # What was answered.

    def _accept(self, request: Request, reply: Exchange) -> None:
        self._reception.conclude(request.ended, reply.verdicts)
        tell_of_lost(reply.lost)
        attempts = self._reception.attempts(reply.claims)
        with self._changed:
            self.holdings.told(request.ended[len(reply.verdicts) :])
            self.holdings.enter(attempts)
            self._clock.told(reply.now_ms, reply.next_due_ms, rest=not reply.claims)
            self._more = self._more or reply.more
            self._more_suspects = self._more_suspects or reply.more_suspects
            # Where nothing remains no lane has a reason to rest; while all do, nobody would listen for new jobs.
            asked = request.wish.lanes if reply.more else self._lanes.free.keys()
            # Where claims could not be read, what lies behind them may be for any lane.
            unread = len(attempts) < len(reply.claims)
            found = set(asked) if unread or not reply.more else {attempt.lane for attempt in attempts}
            self._lanes.note(asked=asked, found=found)
            if self._want() > 0 and not self._more:
                self.hungry.set()
            draining = self._draining
        if draining:
            self.holdings.hand_back(attempts, "claimed while the consumer drained")
        else:
            self._lanes.deliver(attempts)


def _may_have_arrived(error: StoreError) -> bool:
    return isinstance(error, StoreUnavailable) and error.arrived
