"""What a long backlog costs: drain and enqueue with very many jobs waiting, beside the same with 10,000."""

import time
from typing import Final

from bench import server, supply
from bench.contestants import ours
from bench.drain import drain_from, longest_s
from bench.jobs import AsyncNoop
from bench.race import Bench, Figures, Line, Plan, Runs, Side, Target
from bench.server import Server
from jobdefs.storage.drivers import Store

_LONG, _SHORT = "long backlog", "10,000 waiting"
_PART: Final = 10_000


def _long(plan: Plan) -> Runs:
    """Each run puts in and drains a small part; the rest stays."""
    with server.running() as running:
        supply.fill(running.url, map(AsyncNoop, range(plan.size(100_000, 1_000_000))))
        while True:
            yield _run(_LONG, running, plan)


def _short(plan: Plan) -> Runs:
    while True:
        with server.running() as running:
            yield _run(_SHORT, running, plan)


def _run(gives: str, running: Server, plan: Plan) -> Figures:
    enqueued = _enqueue(running.url)
    return {
        f"enqueue, {gives}": enqueued,
        gives: drain_from(ours(AsyncNoop), running, _PART, longest_s(plan)).jobs_per_s,
    }


def _enqueue(url: str) -> float:
    store = Store(url)
    jobs = [supply.written(AsyncNoop(number)) for number in range(_PART)]
    started = time.perf_counter()
    supply.put(store, jobs)
    taken_s = time.perf_counter() - started
    store.close()
    return _PART / taken_s


def _line(work: str, prefix: str = "") -> Line:
    return Line(
        work=f"{work}, a long backlog waiting",
        unit="jobs/s",
        ours=f"{prefix}{_LONG}",
        rival=f"{prefix}{_SHORT}",
        target=Target(0.85),
    )


BACKLOG: Final = Bench(
    "backlog",
    (Side((_LONG, f"enqueue, {_LONG}"), _long), Side((_SHORT, f"enqueue, {_SHORT}"), _short)),
    (_line("drain of 10,000"), _line("enqueue of 10,000", "enqueue, ")),
)
