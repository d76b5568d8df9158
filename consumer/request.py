"""What a consumer says to the store: the ends that it is to be told, and how many jobs are wanted."""

import secrets
from collections.abc import Callable, Collection, Sequence

import attrs

from consumer.holdings import Ended
from consumer.lanes import Lanes
from consumer.plan import PLAIN_TASKS, Lane, Plan
from jobdefs.storage.call import Call
from jobdefs.storage.contract import Exchange, Room
from jobdefs.storage.execution import ExecutionCalls


@attrs.frozen
class Request:
    """One exchange; it stays the same until it is answered, so that its repeat gets the same claims."""

    call: Callable[[bool], Call[Exchange]]
    ended: Sequence[Ended]
    lanes: Collection[Lane]
    claims: bool = False


class Requests:
    """Writes the requests of one consumer, ``holder``; each begins with another one of its queues."""

    def __init__(
        self, calls: ExecutionCalls, lanes: Lanes, *, holder: str, queues: Sequence[str], plans: dict[str, Plan]
    ) -> None:
        self._calls = calls
        self._lanes = lanes
        self._holder = holder
        self._queues = list(queues)
        self._names = {lane: _names(lane, plans) for lane in Lane}

    def exchange(self, want: int, suspects: int, ended: Sequence[Ended]) -> Request:
        """Tell ends, and ask for so many jobs and suspects at most."""
        self._queues.append(self._queues.pop(0))
        call = self._call(want, suspects, self._rooms(want), ended)
        return Request(call, ended, self._lanes.wanting.keys(), claims=want + suspects > 0)

    def telling(self, ended: Ended) -> Request:
        """Tell one end, and ask for nothing."""
        return Request(self._call(0, 0, (), [ended]), [ended], ())

    def _call(
        self, want: int, suspects: int, rooms: Sequence[Room], ended: Sequence[Ended]
    ) -> Callable[[bool], Call[Exchange]]:
        token, queues = secrets.token_hex(16), tuple(self._queues)

        def call(again: bool) -> Call[Exchange]:  # noqa: FBT001 - one reader, Intake
            return self._calls.exchange(
                queues=queues,
                want=want,
                suspects=suspects,
                token=token,
                holder=self._holder,
                settlements=[each.settlement for each in ended],
                rooms=rooms,
                again=again,
            )

        return call

    def _rooms(self, want: int) -> list[Room]:
        """Bound the claims for a lane that has less room than we ask for, so that it keeps no other lane waiting."""
        free = self._lanes.free
        return [Room(room, self._names[lane]) for lane, room in free.items() if room < want]


def _names(lane: Lane, plans: dict[str, Plan]) -> tuple[str, ...]:
    names = tuple(name for name, plan in plans.items() if plan.lane is lane)
    return (*names, PLAIN_TASKS) if lane is Lane.WORKERS else names
