"""What the picture shows: throughput against the size of a batch, of a backlog, and the number of jobs at once."""

from collections.abc import Callable, Sequence
from statistics import median
from typing import Final

import attrs

from bench import bare, server
from bench.contestants import Contestant, ours, stock_huey
from bench.drain import drain
from bench.handlers import PAUSE_S
from bench.jobs import AsyncNoop, Pause
from bench.race import Plan
from bench.rows.batches import JOBS, bare_rate, ours_rate, stock_rate
from bench.server import Server

_LONGEST_S: Final = 1.0
_SERVERS_BEST: Final = (1, 10, 100, 1_000)
_LANES: Final = (1, 10, 100, 500, 1_000)


@attrs.frozen
class Curve:
    """Whose it is, where it is measured, and what is measured there, in jobs per second."""

    whose: str
    label: str
    points: Sequence[int]
    rate: Callable[[int], float]


@attrs.frozen
class Panel:
    """One of the pictures."""

    title: str
    axis: str
    curves: tuple[Curve, ...]


def measured(panel: Panel, plan: Plan) -> list[list[float]]:
    """Return the medians of each curve; in each round, the curves take turns at every point."""
    runs: dict[tuple[str, int], list[float]] = {}
    for number in range(plan.rounds):
        for point in sorted({point for curve in panel.curves for point in curve.points}):
            for curve in panel.curves:
                if point in curve.points:
                    runs.setdefault((curve.label, point), []).append(curve.rate(point))
        plan.say(f"{panel.title}, round {number + 1} of {plan.rounds}")
    return [[median(runs[curve.label, point]) for point in curve.points] for curve in panel.curves]


def panels(plan: Plan) -> tuple[Panel, ...]:
    """Return all of them; a quick plan ends with shorter backlogs."""
    backlogs = (1_000, 10_000, 100_000, 1_000_000)[: plan.size(3, 4)]
    batches = Panel(
        f"Enqueue of {JOBS:,} jobs",
        "jobs in one call",
        (
            Curve("ours", "QueueService.enqueue_many", (*_SERVERS_BEST, JOBS), _enqueuing(ours_rate)),
            Curve("stock", "stock Huey, one by one", (*_SERVERS_BEST, JOBS), lambda _: _of_server(_stock)),
            Curve("bare", "bare script: SET and ZADD per job", _SERVERS_BEST, _enqueuing(bare_rate)),
        ),
    )
    drains = Panel(
        "Drain of no-op jobs",
        "jobs that wait at the start",
        (
            Curve("ours", "async def, one process", backlogs, lambda jobs: _drained(ours(AsyncNoop), jobs)),
            # It fills one by one, which takes too long for more.
            Curve(
                "stock", "stock Huey, one process", backlogs[:2], lambda jobs: _drained(stock_huey("RedisHuey"), jobs)
            ),
            Curve(
                "bare", "bare loop, 64 at a time", backlogs, lambda jobs: _of_server(lambda it: bare.drain(it, jobs))
            ),
        ),
    )
    pauses = Panel(
        "Jobs that wait 20 ms for something outside",
        "jobs at once (JOBS_CONCURRENCY, or stock Huey's threads)",
        (
            Curve("ours", "async def, one process", _LANES, _paused),
            Curve("stock", "stock Huey, one process", _LANES[:3], _paused_stock),
            Curve("bare", "ideal: jobs at once / 20 ms", _LANES, lambda lanes: lanes / PAUSE_S),
        ),
    )
    return batches, drains, pauses


def _of_server(measure: Callable[[Server], float]) -> float:
    with server.running() as running:
        return measure(running)


def _enqueuing(rate: Callable[[Server, int, int], float]) -> Callable[[int], float]:
    # One by one, so many are not needed to tell the rate.
    return lambda at_once: _of_server(lambda it: rate(it, min(JOBS, 1_000 * at_once), at_once))


def _stock(running: Server) -> float:
    return stock_rate(running, JOBS // 10)


def _drained(contestant: Contestant, jobs: int) -> float:
    return drain(contestant, jobs, _LONGEST_S).jobs_per_s


def _paused(lanes: int) -> float:
    return _drained(ours(Pause, JOBS_CONCURRENCY=str(lanes)), _enough(lanes))


def _paused_stock(lanes: int) -> float:
    return _drained(stock_huey("RedisHuey", workers=lanes, task="pause"), _enough(lanes))


def _enough(lanes: int) -> int:
    """Return as many jobs as the ideal does in a second."""
    return min(round(lanes / PAUSE_S), 20_000)
