"""What this process holds of the store's jobs: attempts under lease, and ends that the store does not know of."""

import threading
import time
from collections.abc import Sequence

import attrs
from loguru import logger

from consumer import failure
from consumer.attempt import Attempt
from consumer.huey_bridge.ending import Announcement
from consumer.lanes import BATCH, Lanes
from jobdefs.policy import Retention
from jobdefs.record import JobError
from jobdefs.storage.contract import Claim, Lease, Outcome, Settlement


@attrs.define
class Ended:
    """An attempt that has ended, and that the store does not know of."""

    settlement: Settlement
    ending: Announcement | None

    def untellable(self) -> "Ended":
        """Return the end of a job whose own end cannot be written down: it is dead, and says so."""
        described = JobError("Untellable", "the end of the last attempt could not be written down; the log says why")
        settlement = Settlement(
            id=self.settlement.id,
            token=self.settlement.token,
            outcome=Outcome.DEAD,
            failures=self.settlement.failures,
            keep=Retention().dead,
            error=failure.write(described),
        )
        return Ended(settlement, None)


class Holdings:
    """Keeps account of attempts from their claim until the store has taken in their end.

    ``changed`` guards everything here and in the lanes, and is notified when there is something to tell the store, or
    room for more.
    """

    def __init__(self, lanes: Lanes) -> None:
        self.changed = threading.Condition()
        self.freed = False
        self._lanes = lanes
        self._held: dict[str, Attempt] = {}
        self._lost: set[Attempt] = set()
        self._ended: list[Ended] = []
        self._telling: Sequence[Ended] = ()
        self._oldest_end: float | None = None

    # What comes in and what goes out.

    def enter(self, attempts: Sequence[Attempt]) -> None:
        """Take in attempts that were claimed."""
        with self.changed:
            now = time.monotonic()
            for attempt in attempts:
                self._held[attempt.claim.id] = attempt
                self._lanes[attempt.lane].enter(now)

    def settle(self, attempt: Attempt, settlement: Settlement, ending: Announcement | None) -> None:
        """Take in the end of an attempt; one that is no longer held here counts for nothing."""
        with self.changed:
            if self._held.get(settlement.id) is not attempt:
                self._leave_lost(attempt)
                return
            del self._held[settlement.id]
            self._lanes[attempt.lane].leave(attempt.began)
            self._end(Ended(settlement, ending))
            if len(self._ended) in (1, BATCH) or not self._held:
                self.changed.notify_all()

    def park(self, claim: Claim, reason: str, kind: str = "") -> None:
        """End a claim that cannot become an attempt here; the job is kept for consumers that can run it."""
        with logger.contextualize(job_id=claim.id, queue=claim.queue):
            logger.warning("parked: {}", reason)
        parked = Settlement(
            id=claim.id, token=claim.token, outcome=Outcome.PARKED, failures=claim.failures, detail=reason, kind=kind
        )
        with self.changed:
            self._end(Ended(parked, None))

    def take_ended(self, most: int) -> Sequence[Ended]:
        """Return ends that the store is to be told; they are kept in mind until ``told``."""
        self._telling = self._ended[:most]
        del self._ended[:most]
        self._oldest_end = time.monotonic() if self._ended else None
        return self._telling

    def told(self, untold: Sequence[Ended] = ()) -> None:
        """Forget the ends that were taken last, since the store knows them, save what it left for later."""
        self._telling = ()
        if untold:
            self._ended[:0] = untold
            self._oldest_end = self._oldest_end or time.monotonic()

    def untold(self) -> Sequence[Ended]:
        """Return the ends of which it is not certain that the store knows them."""
        with self.changed:
            return (*self._telling, *self._ended)

    def _end(self, ended: Ended) -> None:
        self._oldest_end = self._oldest_end or time.monotonic()
        self._ended.append(ended)

    # Leases.

    def holds(self, attempt: Attempt) -> bool:
        """Whether an attempt has neither ended nor been lost."""
        return self._held.get(attempt.claim.id) is attempt

    def leases(self) -> list[Lease]:
        """Return every lease that is to be kept."""
        with self.changed:
            held = [Lease(attempt.claim.id, attempt.claim.token) for attempt in self._held.values()]
            return held + [Lease(each.settlement.id, each.settlement.token) for each in self.untold()]

    def lose(self, leases: Sequence[Lease], cause: str = "its lease ended") -> None:
        """Give up attempts under leases that are others' now; ``cause`` says why, for the log."""
        with self.changed:
            lost = self._under(leases)
            for attempt in lost:
                del self._held[attempt.claim.id]
            self._lost.update(lost)
            self.changed.notify_all()
        for attempt in lost:
            attempt.abandon()
            with logger.contextualize(job_id=attempt.claim.id, queue=attempt.claim.queue):
                logger.warning("this job is no longer ours: {}; its result will count for nothing", cause)

    def cancel(self, leases: Sequence[Lease]) -> None:
        """Cancel attempts whose jobs somebody wants cancelled."""
        with self.changed:
            held = self._under(leases)
        for attempt in held:
            attempt.cancel()

    def _under(self, leases: Sequence[Lease]) -> list[Attempt]:
        # A job may have ended and been claimed here again since; then the lease that is told of is an earlier one.
        found = ((self._held.get(lease.id), lease.token) for lease in leases)
        return [attempt for attempt, token in found if attempt is not None and attempt.claim.token == token]

    def _leave_lost(self, attempt: Attempt) -> None:
        # Its handler has kept a place in the lane until now, whoever holds the lease.
        if attempt in self._lost:
            self._lost.discard(attempt)
            self._lanes[attempt.lane].leave(attempt.began)
            self.freed = True
            self.changed.notify_all()

    # The end of a consumer.

    def hand_back(self, attempts: Sequence[Attempt], detail: str) -> None:
        """Let somebody else run these attempts, without using one up."""
        for attempt in attempts:
            attempt.abandon()
            self.settle(attempt, attempt.released(detail), None)

    def hand_back_all(self) -> None:
        """Hand back what still runs."""
        with self.changed:
            running = list(self._held.values())
        for attempt in running:
            with logger.contextualize(job_id=attempt.claim.id, queue=attempt.claim.queue):
                logger.warning("handing back this job: it has not finished in time")
        self.hand_back(running, "interrupted when the consumer stopped")

    def wait_until_idle(self, timeout_s: float) -> bool:
        """Wait until nothing is held; False if something still is after ``timeout_s``."""
        with self.changed:
            return self.changed.wait_for(lambda: not self._held, timeout_s)

    # How urgent it is to tell the store.

    @property
    def ended(self) -> int:
        """How many ends the store is to be told."""
        return len(self._ended)

    @property
    def idle(self) -> bool:
        """Whether no attempt is held."""
        return not self._held

    @property
    def waiting_s(self) -> float:
        """How long the oldest end has waited to be told, in seconds."""
        return 0.0 if self._oldest_end is None else time.monotonic() - self._oldest_end
