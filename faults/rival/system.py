"""What a trial must know of stock Huey."""

import asyncio
from collections.abc import Iterable
from signal import Signals
from typing import Any, Final, Self

import redis

from faults.doors import Answer, Door
from faults.jobs import Pill, Work
from faults.orders import Order
from faults.rival import stock
from faults.setup import Setup
from faults.story import Story

_OPTIONS: Final = ("-k", "thread", "-w")


class StockDoor:
    """``task.schedule`` and ``task()``, as an application calls them; it tries again where they raise."""

    def __init__(self, url: str) -> None:
        self._app, self._tasks = stock.make(url)

    async def __aenter__(self) -> Self:
        """Huey connects by itself."""
        return self

    async def __aexit__(self, *error: object) -> None:
        """Close its connections."""
        self._app.storage.close()

    async def put(self, order: Order) -> Answer | None:
        """Enqueue it in a thread, since Huey blocks; None where the server was no help."""
        try:
            return Answer("ack", await asyncio.to_thread(self._enqueued, order))
        except redis.RedisError:
            return None

    def _enqueued(self, order: Order) -> str:
        name, options = _task(order)
        if order.delay:
            return str(self._tasks[name].schedule((order.number,), options, delay=order.delay).id)
        return str(self._tasks[name](order.number, **options).id)


def _task(order: Order) -> tuple[str, dict[str, Any]]:
    if isinstance(order.payload, Work):
        work = order.payload
        return "work", {"nap_ms": work.nap_ms, "failures": work.failures, "leads": work.leads}
    if isinstance(order.payload, Pill):
        return "harm", {"way": order.payload.way}
    return "stick", {}


class StockHuey:
    """RedisHuey, with threads, and two retries for each task."""

    name = "stock Huey"
    app = "faults.rival.stock.app"
    is_ours = False
    # As its guide says; SIGTERM interrupts what runs.
    drain_signal = Signals.SIGINT
    still_s = 2.0
    # Nobody promised that it comes to an end.
    patience_s = 20.0

    def options(self, setup: Setup) -> tuple[str, ...]:
        """Return the options of a consumer with as many threads as ours has threads and async handlers."""
        return *_OPTIONS, str(setup.workers + setup.concurrency)

    def variables(self, url: str) -> dict[str, str]:
        """Return the settings of its consumers."""
        return {stock.URL: url}

    def doors(self, url: str, _api: str) -> list[Door]:
        """Return its one way to put a task in."""
        return [StockDoor(url)]

    def unfinished(self, url: str) -> str:
        """Return what waits in its queue and its schedule; what runs is nowhere."""
        app, _ = stock.make(url)
        waiting, scheduled = app.pending_count(), app.scheduled_count()
        return f"{waiting} waiting, {scheduled} scheduled" if waiting or scheduled else ""

    def look_up(self, _url: str, _told: Iterable[Story]) -> None:
        """Huey keeps no record of a task."""
