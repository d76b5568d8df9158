"""Whoever puts jobs in: through QueueService, each call until it is answered, under the same id."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from datetime import timedelta
from typing import Any, Final, TypeVar

from faults.crashes.conditions import PATIENCE_S, PAUSE_S
from faults.crashes.orders import KNOWN, NOVELTY, Order
from faults.crashes.scribe import scribe
from jobdefs import load_catalog
from jobdefs.errors import DuplicateJob, JobNotFound, JobsError, StoreUnavailable, WrongState
from jobdefs.storage.drivers import AsyncStore
from service.queue import QueueService
from service.request import EnqueueReceipt, EnqueueRequest

R = TypeVar("R")
# A machine with much else to do is not what breaks here.
_DEADLINE: Final = timedelta(seconds=10)


class Producer:
    """Writes down each request before it is sent, and what was answered."""

    def __init__(self, url: str, namespace: str) -> None:
        self._runner = asyncio.Runner()
        self._queue = QueueService(load_catalog(f"{KNOWN},{NOVELTY}"), AsyncStore(url, _DEADLINE), namespace)

    def put_in(self, order: Order) -> None:
        """Put a job in."""
        scribe().write("try", order.id)
        self._write(order, self._answered(lambda: self._enqueued(order)))

    def put_in_all(self, *orders: Order) -> None:
        """Put jobs in together."""
        for order in orders:
            scribe().write("try", order.id)
        answers = self._answered(lambda: self._enqueued_together(orders))
        for order, answer in zip(orders, answers, strict=True):
            self._write(order, answer)

    def put_in_again(self, orders: Sequence[Order]) -> None:
        """Put in what was put in before, to see that it is known."""
        answers = self._answered(lambda: self._enqueued_together(orders))
        for order, answer in zip(orders, answers, strict=True):
            if isinstance(answer, EnqueueReceipt) and answer.created:
                scribe().write("again", order.id, "nobody")
            elif isinstance(answer, EnqueueReceipt):
                scribe().write("again", order.id, answer.id)
            else:
                scribe().write("again", order.id, type(answer).__name__)

    def cancel(self, order: Order) -> None:
        """Cancel a job."""
        scribe().write("cancel", order.id)
        self._move("cancelled", order, lambda: self._queue.cancel(order.id))

    def replay(self, order: Order) -> None:
        """Replay a job."""
        scribe().write("replay", order.id)
        self._move("replayed", order, lambda: self._queue.replay(order.id))

    def look(self, order: Order) -> None:
        """Read a job, the queues, the ledger and a page of jobs."""
        for read in (self._queue.queues, self._queue.ledger, self._queue.page):
            self._answered(read)
        self._move("found", order, lambda: self._queue.get(order.id))

    async def _enqueued(self, order: Order) -> EnqueueReceipt | DuplicateJob:
        try:
            return await self._queue.enqueue(order.payload, **order.asked)
        except DuplicateJob as error:
            return error

    async def _enqueued_together(self, orders: Sequence[Order]) -> list[EnqueueReceipt | JobsError]:
        answers = await self._queue.enqueue_many(EnqueueRequest(each.payload, options=each.asked) for each in orders)
        for answer in answers:
            if isinstance(answer, StoreUnavailable):
                raise answer
        return answers

    def _write(self, order: Order, answer: EnqueueReceipt | JobsError) -> None:
        if isinstance(answer, EnqueueReceipt):
            scribe().write("ack" if answer.id == order.id else "held", order.id, answer.id)
        elif isinstance(answer, DuplicateJob):
            scribe().write("refused", order.id, answer.job_id)
        else:
            raise answer

    def _move(self, done: str, order: Order, ask: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        try:
            self._answered(ask)
            scribe().write(done, order.id)
        except (WrongState, JobNotFound) as error:
            scribe().write(f"not-{done}", order.id, error.code)

    def _answered(self, ask: Callable[[], Coroutine[Any, Any, R]]) -> R:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                return self._runner.run(ask())
            except StoreUnavailable:
                if time.monotonic() > deadline:
                    raise
                time.sleep(PAUSE_S)
