"""What a consumer says to the store: the ends that it is to be told, and how many jobs are wanted."""

import secrets
from collections.abc import Callable, Collection, Sequence
from functools import cache

import attrs

from consumer.holdings import Ended
from consumer.lanes import Lanes
from consumer.plan import PLAIN_TASKS, Lane, Plan
from jobdefs.storage.call import Call
from jobdefs.storage.contract import Exchange, Room
from jobdefs.storage.execution import ExecutionCalls


@attrs.frozen
class Wish:
    """How many jobs and suspects to claim at most, for which lanes; rooms bound how many of some names."""

    want: int = 0
    suspects: int = 0
    lanes: Collection[Lane] = ()
    rooms: Sequence[Room] = ()

    @property
    def claims(self) -> bool:
        """Whether anything may be claimed."""
        return self.want + self.suspects > 0


@attrs.frozen
class Request:
    """One exchange; it stays the same until it is answered, so that its repeat gets the same claims."""

    call: Callable[[bool], Call[Exchange]]
    wish: Wish
    ended: Sequence[Ended]


class Requests:
    """Writes the requests of one consumer, ``holder``; each begins with another one of its queues."""

    def __init__(
        self, calls: ExecutionCalls, lanes: Lanes, *, holder: str, queues: Sequence[str], plans: dict[str, Plan]
    ) -> None:
        self._calls = calls
        self._lanes = lanes
        self._holder = holder
        self._queues = list(queues)
        self._ahead: Request | None = None
        self._names = {lane: _names(lane, plans) for lane in Lane}

    def exchange(self, want: int, suspects: int, ended: Sequence[Ended]) -> Request:
        """Tell ends, and ask for so many jobs and suspects at most."""
        wish, ahead, self._ahead = self._wish(want, suspects), self._ahead, None
        return ahead if ahead is not None and ahead.wish == wish and not ended else self._written(wish, ended)

    def write_ahead(self, want: int, suspects: int) -> None:
        """Write the next request while there is time, in case that it tells no ends and the same is wanted then."""
        if self._ahead is None:
            self._ahead = self._written(self._wish(want, suspects), ())
            self._ahead.call(False)  # noqa: FBT003 - its only argument

    def telling(self, ended: Ended) -> Request:
        """Tell one end, and ask for nothing."""
        return self._written(Wish(), [ended])

    def _wish(self, want: int, suspects: int) -> Wish:
        # A lane that has less room than we ask for is to keep no other one waiting.
        rooms = [Room(room, self._names[lane]) for lane, room in self._lanes.free.items() if room < want]
        return Wish(want, suspects, list(self._lanes.wanting), rooms)

    def _written(self, wish: Wish, ended: Sequence[Ended]) -> Request:
        self._queues.append(self._queues.pop(0))
        token, queues = secrets.token_hex(16), tuple(self._queues)

        @cache
        def call(again: bool) -> Call[Exchange]:  # noqa: FBT001 - one reader, Intake
            return self._calls.exchange(
                queues=queues,
                want=wish.want,
                suspects=wish.suspects,
                token=token,
                holder=self._holder,
                settlements=[each.settlement for each in ended],
                rooms=wish.rooms,
                again=again,
            )

        return Request(call, wish, ended)


def _names(lane: Lane, plans: dict[str, Plan]) -> tuple[str, ...]:
    names = tuple(name for name, plan in plans.items() if plan.lane is lane)
    return (*names, PLAIN_TASKS) if lane is Lane.WORKERS else names
