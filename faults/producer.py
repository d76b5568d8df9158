"""Enqueues while the system is harmed: evenly, each order until it is answered, and writes down what was said."""

import asyncio
import threading
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Final

from faults.doors import Answer, Door
from faults.ledger import Ledger
from faults.orders import Order

_AT_ONCE: Final = 32
_PAUSE_S: Final = 0.1


class Producer(threading.Thread):
    """Writes down each order before it is put in (``try``), and what was answered (``ack``, ``held`` or ``refused``).

    Orders go through the doors in turn. ``retries`` counts enqueues that had no answer and were repeated; how many ms
    each of these took stands in the ledger (``unanswered``).
    """

    def __init__(self, doors: Sequence[Door], ledger: Ledger, orders: Sequence[Order], seconds: float) -> None:
        super().__init__(name="Producer", daemon=True)
        self.retries = 0
        self._doors = doors
        self._ledger = ledger
        self._orders = orders
        self._seconds = seconds

    def run(self) -> None:
        """Put everything in, evenly over the time given."""
        asyncio.run(self._produce())

    async def _produce(self) -> None:
        async with AsyncExitStack() as stack:
            doors, began = [await stack.enter_async_context(door) for door in self._doors], _now()
            await asyncio.gather(*(self._put_all(doors[n % len(doors)], n, began) for n in range(_AT_ONCE)))

    async def _put_all(self, door: Door, first: int, began: float) -> None:
        for place in range(first, len(self._orders), _AT_ONCE):
            order = self._orders[place]
            await asyncio.sleep(max(0.0, began + self._seconds * place / len(self._orders) - _now()))
            self._ledger.write("try", order.number, detail=order.kind.value)
            answer = await self._answered(door, order)
            self._ledger.write(answer.word, order.number, answer.job, answer.durability or "-")

    async def _answered(self, door: Door, order: Order) -> Answer:
        began = _now()
        while (answer := await door.put(order)) is None:
            self.retries += 1
            self._ledger.write("unanswered", order.number, detail=round(1000 * (_now() - began)))
            await asyncio.sleep(_PAUSE_S)
            began = _now()
        return answer


def _now() -> float:
    return asyncio.get_running_loop().time()
