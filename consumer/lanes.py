"""Where attempts run: a bounded number in the workers, a bounded number on the event loop, one in quarantine."""

import queue
import time
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from consumer.attempt import Attempt
from consumer.event_loop import EventLoop
from consumer.plan import Lane
from consumer.quarantine.host import Quarantine
from consumer.timekeeper import Timekeeper

if TYPE_CHECKING:
    from consumer.intake import Intake

SHORT_S: Final = 0.001
BATCH: Final = 64
STUCK_S: Final = 0.05
_FIRST_REST_S: Final = 0.05
_LONGEST_REST_S: Final = 0.5
_WEIGHT: Final = 0.05


class Occupancy:
    """Counts the attempts held for one lane, of which ``capacity`` may run at once.

    Where attempts are shorter than a millisecond, a batch more may be held, so that the next ones are at hand. It is
    changed under the intake's lock only.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.held = 0
        self._moved_at = 0.0
        self._rest_s = 0.0
        self._rests_until = 0.0
        self._mean_s: float | None = None

    @property
    def short(self) -> bool:
        """Whether attempts have been shorter than a millisecond of late."""
        return self._mean_s is not None and self._mean_s < SHORT_S

    @property
    def room(self) -> int:
        """How many more attempts may be held."""
        return max(self.capacity + (BATCH if self.short else 0) - self.held, 0)

    @property
    def crowded(self) -> bool:
        """Whether more attempts are held than may run at once."""
        return self.held > self.capacity

    @property
    def stuck(self) -> bool:
        """Whether attempts wait behind others that have turned out not to be short."""
        return self.crowded and time.monotonic() - self._moved_at > STUCK_S

    @property
    def rest_s(self) -> float:
        """How long no jobs are to be asked for, in seconds."""
        return max(self._rests_until - time.monotonic(), 0.0)

    def note(self, *, found: bool) -> None:
        """Ask again at once if jobs were found; if only others' jobs were, ask later each time, up to half a second."""
        self._rest_s = 0.0 if found else min(max(2 * self._rest_s, _FIRST_REST_S), _LONGEST_REST_S)
        self._rests_until = time.monotonic() + self._rest_s if self._rest_s else 0.0

    def enter(self, now: float) -> None:
        """Count an attempt in, at a moment of time.monotonic()."""
        self.held += 1
        self._moved_at = now

    def leave(self, began: float | None) -> None:
        """Count an attempt off; ``began`` is the moment of time.monotonic() at which its handler started, if it did."""
        self.held -= 1
        self._moved_at = now = time.monotonic()
        if began is not None:
            lasted = now - began
            self._mean_s = lasted if self._mean_s is None else self._mean_s + _WEIGHT * (lasted - self._mean_s)

    def slow_down(self) -> None:
        """Take attempts for long ones, until many have been short again."""
        self._mean_s = STUCK_S


class Lanes:
    """Hands attempts to the workers, to the event loop and to the quarantine."""

    def __init__(
        self, workers: int, concurrency: int, quarantine: Quarantine, *, used: frozenset[Lane], keeper: Timekeeper
    ) -> None:
        self._serving = {lane: Occupancy(workers if lane is Lane.WORKERS else concurrency) for lane in sorted(used)}
        self._occupancy = self._serving | {Lane.QUARANTINE: Occupancy(1)}
        self._for_workers: queue.SimpleQueue[Attempt | None] = queue.SimpleQueue()
        self._loop = EventLoop(concurrency, keeper)
        self._leaks = keeper.leaks
        self._quarantine = quarantine

    def start(self, intake: "Intake") -> None:
        """Name the intake that takes attempts back, and that is woken when there is room again."""
        self._loop.start(intake)

    def __getitem__(self, lane: Lane) -> Occupancy:
        """Return what is held for a lane."""
        return self._occupancy[lane]

    @property
    def free(self) -> dict[Lane, int]:
        """How many more attempts each lane can hold, save the quarantine."""
        return {lane: self._room(lane) for lane in self._serving}

    @property
    def suspects(self) -> int:
        """How many suspects to ask for: one, where the quarantine is here and empty."""
        return int(self._quarantine.open and self._occupancy[Lane.QUARANTINE].held == 0)

    @property
    def wanting(self) -> dict[Lane, int]:
        """How many jobs to ask for, for each lane that has room and does not rest."""
        return {lane: room for lane, room in self.free.items() if room and not self._serving[lane].rest_s}

    @property
    def rest_s(self) -> float | None:
        """How long until a lane with room asks again, in seconds, None where none rests."""
        rests = [rest_s for lane, room in self.free.items() if room and (rest_s := self._serving[lane].rest_s)]
        return min(rests, default=None)

    def _room(self, lane: Lane) -> int:
        if lane is Lane.LOOP:
            return 0 if self._loop.blocked else self._serving[lane].room
        return max(self._serving[lane].room - self._leaks.surplus, 0)

    def note(self, *, asked: Collection[Lane], found: Collection[Lane]) -> None:
        """Let the lanes rest for which jobs were asked and none was found, while others' jobs remain."""
        for lane in asked:
            self._occupancy[lane].note(found=lane in found)

    @property
    def short(self) -> bool:
        """Whether some lane's attempts are so short that settling them one by one would cost more than they do."""
        return any(occupancy.short for occupancy in self._occupancy.values())

    @property
    def crowded(self) -> bool:
        """Whether attempts may be waiting behind others."""
        return any(occupancy.crowded for occupancy in self._occupancy.values())

    def deliver(self, attempts: Sequence[Attempt]) -> None:
        """Let these attempts run."""
        for attempt in attempts:
            if attempt.lane is Lane.WORKERS:
                self._for_workers.put(attempt)
            elif attempt.lane is Lane.QUARANTINE:
                self._quarantine.take_in(attempt)
        if for_loop := [attempt for attempt in attempts if attempt.lane is Lane.LOOP]:
            self._loop.run(for_loop)

    def take(self, timeout_s: float) -> Attempt | None:
        """Return the next attempt for a worker, None after ``timeout_s`` without one."""
        try:
            return self._for_workers.get(timeout=timeout_s)
        except queue.Empty:
            return None

    def take_waiting(self) -> list[Attempt]:
        """Take away the attempts that have not begun."""
        return [attempt for lane in self._occupancy for attempt in self._waiting_in(lane)]

    def take_stuck(self) -> list[Attempt]:
        """Take away the attempts that wait behind longer ones, in lanes where nothing moves."""
        stuck = [lane for lane, occupancy in self._occupancy.items() if occupancy.stuck]
        for lane in stuck:
            self._occupancy[lane].slow_down()
        return [attempt for lane in stuck for attempt in self._waiting_in(lane)]

    def _waiting_in(self, lane: Lane) -> Iterator[Attempt]:
        if lane is not Lane.WORKERS:
            yield from iter((self._loop if lane is Lane.LOOP else self._quarantine).take_waiting, None)
            return
        while True:
            try:
                attempt = self._for_workers.get_nowait()
            except queue.Empty:
                return
            if attempt is not None:
                yield attempt

    def stir_workers(self, number: int) -> None:
        """Let workers that wait for an attempt see that the consumer stops."""
        for _ in range(number):
            self._for_workers.put(None)

    def cancel_all(self) -> None:
        """Cancel what runs on the event loop."""
        self._loop.cancel_all()

    def close(self) -> None:
        """Stop the event loop."""
        self._loop.close()
