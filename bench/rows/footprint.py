"""Memory of the server: a waiting job, and what is left when retention is over."""

import time
from datetime import timedelta
from typing import Any, Final

import huey

from bench import memory, server
from bench.race import Bench, Line, Plan, Runs, Side, Target
from bench.waves import Waves
from jobdefs.storage.drivers import Store

_WAITING, _LEFT, _STOCK = "waiting job", "left over", "stock Huey"
_EXPIRY_S: Final = 0.5
_PAYLOAD: Final = "x" * 100


def _waiting(plan: Plan) -> Runs:
    jobs = plan.size(10_000, 50_000)
    while True:
        with server.running() as running:
            store, empty = Store(running.url), memory.used(running.client)
            memory.submit(store, jobs, timedelta(0))
            yield {_WAITING: (memory.used(running.client) - empty) / jobs}
            store.close()


def _stock(plan: Plan) -> Runs:
    jobs = plan.size(1_000, 10_000)
    while True:
        with server.running() as running:
            app: Any = huey.RedisHuey("bench", url=running.url)
            task, empty = app.task()(_kept), memory.used(running.client)
            for _ in range(jobs):
                task(_PAYLOAD)
            yield {_STOCK: (memory.used(running.client) - empty) / jobs}
            app.storage.close()


def _kept(payload: str) -> str:
    return payload


def _left(plan: Plan) -> Runs:
    """Let jobs end in every way, and a year pass: only keys that came with the first jobs may be there."""
    jobs = plan.size(1_000, 10_000)
    with server.running() as running:
        waves = Waves(Store(running.url))
        for _ in range(2):
            waves.wave()
        waves.rest()
        keys, came = _keys(running.client), waves.jobs
        while True:
            while waves.jobs - came < jobs:
                waves.wave()
            waves.rest()
            came = waves.jobs
            yield {_LEFT: _keys(running.client) - keys}


def _keys(client: Any) -> int:
    # What has a time to live is over, and leaves when the server comes by.
    time.sleep(_EXPIRY_S)
    return sum(1 for _ in client.scan_iter(count=1_000))


FOOTPRINT: Final = Bench(
    "memory",
    (Side((_WAITING,), _waiting), Side((_STOCK,), _stock), Side((_LEFT,), _left)),
    (
        Line(
            work="memory per waiting job, payload of 100 bytes",
            unit="bytes",
            ours=_WAITING,
            rival=_STOCK,
            target=Target(600, at_most=True, of_ratio=False),
            lower_is_better=True,
        ),
        Line(
            work="left of jobs of all endings after retention",
            unit="keys",
            ours=_LEFT,
            target=Target(0, at_most=True, of_ratio=False),
            lower_is_better=True,
        ),
    ),
)
