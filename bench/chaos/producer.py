"""Enqueues while consumers die: through QueueService, evenly, each job under its id until that is answered."""

import asyncio
import threading
from collections.abc import Sequence
from typing import Final

from bench.chaos.book import Book
from bench.chaos.orders import Order
from jobdefs import load_catalog
from jobdefs.errors import DuplicateJob, StoreError
from jobdefs.storage.drivers import AsyncStore
from service.queue import QueueService

_AT_ONCE: Final = 4
_PAUSE_S: Final = 0.1


class Producer(threading.Thread):
    """Writes down each job before it is put in (``try``), and what was answered (``ack``, ``held`` or ``refused``)."""

    def __init__(self, url: str, book: Book, orders: Sequence[Order], seconds: float) -> None:
        super().__init__(name="Producer", daemon=True)
        self.retries = 0
        self._url = url
        self._book = book
        self._orders = orders
        self._seconds = seconds

    def run(self) -> None:
        """Put everything in, evenly over the time given."""
        asyncio.run(self._produce())

    async def _produce(self) -> None:
        catalog = load_catalog("bench.chaos.work")
        async with AsyncStore(self._url) as store:
            queue, began = QueueService(catalog, store), asyncio.get_running_loop().time()
            lines = [self._put_all(queue, self._orders[first::_AT_ONCE], began) for first in range(_AT_ONCE)]
            await asyncio.gather(*lines)

    async def _put_all(self, queue: QueueService, orders: Sequence[Order], began: float) -> None:
        for number, order in enumerate(orders):
            due = began + self._seconds * number / len(orders)
            await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
            self._book.write("try", order.id, order.kind.value)
            while not await self._put(queue, order):
                self.retries += 1
                await asyncio.sleep(_PAUSE_S)

    async def _put(self, queue: QueueService, order: Order) -> bool:
        try:
            receipt = await queue.enqueue(order.payload, **order.options)
        except StoreError:
            return False
        except DuplicateJob:
            self._book.write("refused", order.id)
        else:
            self._book.write("ack" if receipt.id == order.id else "held", receipt.id, order.id)
        return True
