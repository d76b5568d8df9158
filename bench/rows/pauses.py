"""Jobs that wait 20 ms for something outside, 500 at once, beside the arithmetical ideal."""

import asyncio
import time
from typing import Final

from bench.contestants import ours
from bench.drain import side
from bench.handlers import PAUSE_S
from bench.jobs import Pause
from bench.race import Bench, Line, Plan, Runs, Side, Target
from bench.rows.drain import best_of_stock

AT_ONCE: Final = 500
_OURS, _IDEAL, _LOOP, _STOCK = "500 at once", "ideal", "bare asyncio", "stock Huey, 100 threads"


def _ideal(_plan: Plan) -> Runs:
    while True:
        yield {_IDEAL: AT_ONCE / PAUSE_S}


def _bare(plan: Plan) -> Runs:
    """Sleep as often on an event loop without any queue."""
    while True:
        yield {_LOOP: asyncio.run(_sleep(plan.size(10_000, 50_000)))}


async def _sleep(times: int) -> float:
    started, numbers = time.perf_counter(), iter(range(times))

    async def lane() -> None:
        for _ in numbers:
            await asyncio.sleep(PAUSE_S)

    await asyncio.gather(*(lane() for _ in range(AT_ONCE)))
    return times / (time.perf_counter() - started)


def _line(rival: str, target: Target | None = None) -> Line:
    busy = (f"{_OURS}: consumer", f"{_OURS}: server")
    return Line(work="20 ms of I/O, 500 at once", unit="jobs/s", ours=_OURS, rival=rival, target=target, beside=busy)


PAUSES: Final = Bench(
    "I/O",
    (
        side(_OURS, ours(Pause, JOBS_CONCURRENCY=str(AT_ONCE))),
        Side((_IDEAL,), _ideal),
        Side((_LOOP,), _bare),
        best_of_stock(_STOCK, "thread", "pause", workers=(100,)),
    ),
    (_line(_IDEAL, Target(0.8)), _line(_LOOP), _line(_STOCK)),
)
