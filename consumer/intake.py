"""The conversation with the store: settles what has ended and claims what comes next, in one round trip each."""

import secrets
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

import attrs
from loguru import logger

from consumer.attempt import Attempt
from consumer.huey_bridge.app import JobsHuey
from consumer.huey_bridge.ending import Ending
from consumer.lanes import BATCH, STUCK_S, Lanes
from consumer.plan import Lane, Plan
from consumer.store_clock import StoreClock
from jobdefs.errors import StoreError, UnreadableEnvelope
from jobdefs.storage.call import Call
from jobdefs.storage.contract import Claim, Exchange, Outcome, Room, Settlement, SettleVerdict
from jobdefs.storage.execution import ExecutionCalls
from jobdefs.wire import envelope

PLAIN_TASKS: Final = "huey:"
_MOST_CLAIMS: Final = 256
_FLUSH_S: Final = 0.005
_LOOK_AGAIN_MS: Final = 50
_FIRST_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 2.0


@attrs.frozen
class _Ended:
    """An attempt that has ended, and that the store does not know of."""

    settlement: Settlement
    ending: Ending | None


@attrs.frozen
class _Request:
    """One exchange; it stays the same until it is answered, so that its repeat gets the same claims."""

    call: Callable[[bool], Call[Exchange]]
    ended: Sequence[_Ended]
    want: int
    choosy: bool


class Intake:
    """Keeps the lanes supplied and the store informed; one thread of its own does the talking.

    ``hungry`` is set while the store has no job for us; whoever learns that it may have one calls ``wake``.
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
        self._app = app
        self._calls = calls
        self._lanes = lanes
        self._queues = list(queues)
        self._plans = plans
        self._names = {lane: _names(lane, plans) for lane in Lane}
        self._changed = threading.Condition()
        self._held: dict[str, Attempt] = {}
        self._lost: set[Attempt] = set()
        self._ended: list[_Ended] = []
        self._clock = StoreClock()
        self._more = True
        self._draining = False
        self._closing = False
        self._oldest_end: float | None = None
        self._marker_taken = False
        self._marker_ahead = False
        self._unconfirmed: Sequence[_Ended] = ()
        self.hungry = threading.Event()
        self.stale = 0
        self._thread = threading.Thread(target=self._converse, name="Intake", daemon=True)

    # Called by the threads of a consumer.

    def start(self) -> None:
        """Begin to claim."""
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether the conversation goes on."""
        return self._thread.is_alive()

    def settle(self, attempt: Attempt, settlement: Settlement, ending: Ending | None) -> None:
        """Take in the end of an attempt; one that is no longer held here counts for nothing."""
        with self._changed:
            if self._held.get(settlement.id) is not attempt:
                self._leave_lost(attempt)
                return
            del self._held[settlement.id]
            self._lanes[attempt.lane].leave(attempt.began)
            self._oldest_end = self._oldest_end or time.monotonic()
            self._ended.append(_Ended(settlement, ending))
            if len(self._ended) in (1, BATCH) or not self._held:
                self._changed.notify_all()

    def wake(self) -> None:
        """Look for jobs at once."""
        with self._changed:
            self._more = True
            self._changed.notify_all()

    def wake_by_marker(self, due_ms: int) -> None:
        """Follow a marker that was taken from the store: look for jobs when its moment has come."""
        with self._changed:
            self._clock.due(due_ms)
            if self._clock.is_past(due_ms):
                self._more = self._marker_taken = True
            else:
                self._marker_ahead = True
            self._changed.notify_all()

    def leases(self) -> list[tuple[str, str]]:
        """Return the id and token of every lease that is to be kept."""
        with self._changed:
            held = [(attempt.claim.id, attempt.claim.token) for attempt in self._held.values()]
            ended = (*self._unconfirmed, *self._ended)
            return held + [(each.settlement.id, each.settlement.token) for each in ended]

    def lose(self, job_ids: Sequence[str]) -> None:
        """Give up attempts whose lease belongs to somebody else."""
        for job_id in job_ids:
            with self._changed:
                attempt = self._held.pop(job_id, None)
                if attempt is not None:
                    self._lost.add(attempt)
                    self._changed.notify_all()
            if attempt is not None:
                attempt.abandon()
                logger.warning(
                    "job {} is no longer ours: its lease ended, and its result will count for nothing", job_id
                )

    def _leave_lost(self, attempt: Attempt) -> None:
        # Its handler has kept a place in the lane until now, whoever holds the lease.
        if attempt in self._lost:
            self._lost.discard(attempt)
            self._lanes[attempt.lane].leave(attempt.began)

    def drain(self) -> None:
        """Claim nothing more, and hand back what has not begun."""
        with self._changed:
            self._draining = True
            self._changed.notify_all()
        self._hand_back(self._lanes.take_waiting(), "not begun when the consumer drained")

    def wait_until_idle(self, timeout_s: float) -> bool:
        """Wait until nothing is held; False if something still is after ``timeout_s``."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._held, timeout_s)

    def hand_back_all(self) -> None:
        """Hand back what still runs, without using up an attempt."""
        with self._changed:
            running = list(self._held.values())
        if running:
            logger.warning("handing back {} unfinished job(s)", len(running))
        self._hand_back(running, "interrupted when the consumer stopped")

    def close(self, timeout_s: float = 3.0) -> None:
        """Tell the store everything that has ended, and stop."""
        with self._changed:
            self._draining = self._closing = True
            self._changed.notify_all()
        self._thread.join(timeout_s)

    def _hand_back(self, attempts: Sequence[Attempt], detail: str) -> None:
        for attempt in attempts:
            attempt.abandon()
            self.settle(attempt, attempt.released(detail), None)

    # The conversation.

    def _converse(self) -> None:
        while True:
            request = self._next_request()
            if request is None:
                return
            try:
                self._ask(request)
            except Exception:  # noqa: BLE001 - a consumer whose conversation ended would hold its jobs for ever
                logger.exception("the intake stumbled; going on")
                time.sleep(_FIRST_PAUSE_S)

    def _next_request(self) -> _Request | None:
        with self._changed:
            while not self._has_reason():
                if self._closing:
                    return None
                self._changed.wait(self._patience_s())
                self._hand_back(self._lanes.take_stuck(), "waited behind a long attempt")
            return self._request()

    def _has_reason(self) -> bool:
        if self._ended and self._ripe():
            return True
        # A marker that was taken but cannot be followed is put back for others by an exchange that wants nothing.
        if self._marker_taken or (self._marker_ahead and self._clock.due_passed):
            return True
        return self._want() > 0 and (self._more or self._clock.due_passed)

    def _ripe(self) -> bool:
        """Tell whether to settle now: settling very short attempts one by one would cost more than they do."""
        if len(self._ended) >= BATCH or not self._held or not self._lanes.short or self._closing:
            return True
        return time.monotonic() - (self._oldest_end or 0) >= _FLUSH_S

    def _want(self) -> int:
        free = self._lanes.free
        return 0 if self._draining else min(max(free.values(), default=0), _MOST_CLAIMS)

    def _patience_s(self) -> float | None:
        if self._ended:
            return _FLUSH_S
        due_s = self._clock.until_due_s if self._marker_ahead or self._want() > 0 else None
        if not self._lanes.crowded:
            return due_s
        return STUCK_S if due_s is None else min(due_s, STUCK_S)

    def _request(self) -> _Request:
        want, ended = self._want(), self._ended[: 4 * BATCH]
        del self._ended[: len(ended)]
        self._oldest_end = time.monotonic() if self._ended else None
        self._unconfirmed = ended
        self.hungry.clear()
        self._more = self._marker_taken = False
        self._marker_ahead = self._marker_ahead and not self._clock.due_passed
        self._queues.append(self._queues.pop(0))
        token, queues, rooms = secrets.token_hex(16), tuple(self._queues), self._rooms(want)

        def call(again: bool) -> Call[Exchange]:  # noqa: FBT001 - one reader, just below
            return self._calls.exchange(
                queues=queues,
                want=want,
                token=token,
                holder=self.holder,
                settlements=[each.settlement for each in ended],
                rooms=rooms,
                again=again,
            )

        return _Request(call, ended, want, choosy=bool(rooms))

    def _rooms(self, want: int) -> list[Room]:
        """Bound the claims for a lane that has less room than we ask for, so that it keeps no other lane waiting."""
        free = self._lanes.free
        return [Room(room, self._names[lane]) for lane, room in free.items() if room < want]

    def _ask(self, request: _Request) -> None:
        pause, again = _FIRST_PAUSE_S, False
        while True:
            try:
                reply = self._app.store.send(request.call(again))
            except StoreError as error:
                if not again:
                    logger.error("the store does not answer: {} Trying again until it does.", error)
                elif self._closing:
                    return None
                again, pause = True, min(2 * pause, _LONGEST_PAUSE_S)
                time.sleep(pause)
                continue
            if again:
                logger.info("the store answers again")
            return self._accept(request, reply)

    def _accept(self, request: _Request, reply: Exchange) -> None:
        for ended, verdict in zip(request.ended, reply.verdicts, strict=True):
            self._conclude(ended, verdict)
        attempts = [attempt for claim in reply.claims if (attempt := self._attempt(claim)) is not None]
        with self._changed:
            for attempt in attempts:
                self._held[attempt.claim.id] = attempt
                self._lanes[attempt.lane].enter()
            self._unconfirmed = ()
            found_none = request.want > 0 and not reply.claims
            self._clock.told(reply.now_ms, reply.next_due_ms, rest=found_none)
            self._more = self._more or (reply.more and not found_none)
            # Where only jobs are left that a full lane would take, every marker would be for others.
            unwanted = found_none and reply.more and request.choosy
            if unwanted:
                self._clock.due(reply.now_ms + _LOOK_AGAIN_MS)
            draining = self._draining
        if found_none and not unwanted:
            self.hungry.set()
        if draining:
            self._hand_back(attempts, "claimed while the consumer drained")
        else:
            self._lanes.deliver(attempts)

    def _conclude(self, ended: _Ended, verdict: SettleVerdict) -> None:
        if verdict is SettleVerdict.STALE:
            self.stale += 1
            logger.warning(
                "job {}: the store refused the end of an attempt that had lost its lease", ended.settlement.id
            )
        elif ended.ending is not None:
            self._app.announce(ended.ending)

    def _attempt(self, claim: Claim) -> Attempt | None:
        try:
            written = envelope.read(claim.envelope)
        except UnreadableEnvelope as error:
            self._park(claim, str(error))
            return None
        plan = self._plans.get(written.name)
        if plan is None and not (written.name.startswith(PLAIN_TASKS) and Lane.WORKERS in self._lanes.free):
            self._park(claim, f"no definition is named {written.name!r} in this consumer")
            return None
        return Attempt(self._app, claim, written, plan, self.settle)

    def _park(self, claim: Claim, reason: str) -> None:
        logger.warning("job {} is parked: {}", claim.id, reason)
        settlement = Settlement(
            id=claim.id, token=claim.token, outcome=Outcome.PARKED, failures=claim.failures, detail=reason
        )
        with self._changed:
            self._ended.append(_Ended(settlement, None))


def _names(lane: Lane, plans: dict[str, Plan]) -> tuple[str, ...]:
    names = tuple(name for name, plan in plans.items() if plan.lane is lane)
    return (*names, PLAIN_TASKS) if lane is Lane.WORKERS else names
