"""QueueService.enqueue_many of 10,000, beside stock Huey one by one and a bare script per batch."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

from bench import bare, server, stock
from bench.race import Bench, Line, Plan, Runs, Side, Target
from bench.server import Server
from jobdefs.catalog import load_catalog
from jobdefs.errors import JobsError
from jobdefs.jobs.proof import TEST_JOB
from jobdefs.storage.drivers import AsyncStore
from service.queue import QueueService
from service.request import EnqueueRequest

JOBS: Final = 10_000
_IN_ONE_SCRIPT: Final = 1_000
_OURS, _STOCK, _BARE = "enqueue_many", "stock Huey one by one", "bare batched script"


def ours_rate(running: Server, jobs: int, at_once: int) -> float:
    """Return how many jobs per second a QueueService takes in, validation included, so many in one call."""
    return asyncio.run(_enqueue(running.url, jobs, at_once))


async def _enqueue(url: str, jobs: int, at_once: int) -> float:
    requests = [EnqueueRequest(TEST_JOB, {"message": "hello", "number": number}) for number in range(jobs)]
    async with AsyncStore(url) as store:
        service = QueueService(load_catalog(), store)
        await service.enqueue_many(requests[:1])
        started = time.perf_counter()
        for start in range(0, jobs, at_once):
            verdicts = await service.enqueue_many(requests[start : start + at_once])
            assert not any(isinstance(verdict, JobsError) for verdict in verdicts)
        return jobs / (time.perf_counter() - started)


def stock_rate(running: Server, jobs: int) -> float:
    """Return how many jobs per second stock Huey takes in, which has no call for many."""
    app, tasks = stock.make("RedisHuey", running.url)
    tasks["noop"](-1)
    started = time.perf_counter()
    for number in range(jobs):
        tasks["noop"](number)
    taken_s = time.perf_counter() - started
    app.storage.close()
    return jobs / taken_s


def bare_rate(running: Server, jobs: int, at_once: int) -> float:
    """Return how many bodies per second are written and ordered by a script, so many in one call."""
    bodies = [(f"{number:032x}", b'{"message":"hello","number":%d}' % number) for number in range(jobs)]
    batches = [bodies[start : start + at_once] for start in range(0, jobs, at_once)]
    started = time.perf_counter()
    bare.put(running.client, batches)
    return jobs / (time.perf_counter() - started)


def _side(gives: str, measure: Callable[[Server], float]) -> Side:
    def runs(_plan: Plan) -> Runs:
        with server.running() as running:
            while True:
                yield {gives: measure(running)}
                running.client.flushdb()

    return Side((gives,), runs)


def _line(rival: str, bound: float) -> Line:
    return Line(work="enqueue_many of 10,000", unit="jobs/s", ours=_OURS, rival=rival, target=Target(bound))


BATCHES: Final = Bench(
    "enqueue_many",
    (
        _side(_OURS, lambda running: ours_rate(running, JOBS, JOBS)),
        _side(_STOCK, lambda running: stock_rate(running, JOBS // 4)),
        _side(_BARE, lambda running: bare_rate(running, JOBS, _IN_ONE_SCRIPT)),
    ),
    (_line(_STOCK, 5), _line(_BARE, 0.4)),
)
