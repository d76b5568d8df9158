"""Drain of a backlog of no-op jobs: one process, threads, several processes."""

from collections.abc import Iterable
from typing import Final

from bench import bare, server
from bench.contestants import Contestant, ours, stock_huey
from bench.drain import drain, longest_s, side
from bench.jobs import AsyncNoop, PlainNoop
from bench.race import Bench, Line, Plan, Runs, Side, Target
from bench.stock import STORAGES

_ONE, _TWO, _BARE = "async def", "two processes", "bare loop"
STOCK, STOCK_PROCESSES = "stock Huey, one process", "stock Huey, processes"
_WORKERS: Final = (1, 2, 4, 8)


def best_of_stock(gives: str, kind: str, task: str = "noop", workers: Iterable[int] = _WORKERS) -> Side:
    """Return stock Huey with its best setting: each drains once beforehand, and the fastest goes on."""

    def runs(plan: Plan) -> Runs:
        jobs = plan.size(3_000, 10_000)
        best = _fastest(kind, task, workers, plan)
        plan.note(f"{gives}: its setting is {best.name}")
        while True:
            yield {gives: drain(best, jobs, longest_s(plan)).jobs_per_s}

    return Side((gives,), runs)


def _fastest(kind: str, task: str, workers: Iterable[int], plan: Plan) -> Contestant:
    storages = STORAGES[: plan.size(1, len(STORAGES))]
    settings = [stock_huey(storage, kind, count, task) for storage in storages for count in workers]
    if len(settings) == 1:
        return settings[0]
    rates = {}
    for setting in settings:
        rates[setting] = drain(setting, plan.size(500, 2_000)).jobs_per_s
        plan.say(f"heat: {setting.name}: {rates[setting]:,.0f} jobs/s")
    return max(rates, key=rates.__getitem__)


def _bare(plan: Plan) -> Runs:
    with server.running() as running:
        while True:
            yield {_BARE: bare.drain(running, plan.size(20_000, 50_000))}


def _line(work: str, gives: str, rival: str, target: Target | None = None) -> Line:
    busy = (f"{gives}: consumer", f"{gives}: server")
    return Line(work=work, unit="jobs/s", ours=gives, rival=rival, target=target, beside=busy)


DRAIN: Final = Bench(
    "drain",
    (
        side(_ONE, ours(AsyncNoop)),
        best_of_stock(STOCK, "thread"),
        side("def -w 1", ours(PlainNoop)),
        best_of_stock(STOCK_PROCESSES, "process", workers=(2, 4, 8)),
        side("def -w 4", ours(PlainNoop, workers=4)),
        side(_TWO, ours(AsyncNoop, "process", 2)),
        Side((_BARE,), _bare),
    ),
    (
        _line("async def, one process", _ONE, STOCK, Target(6)),
        _line("async def, one process", _ONE, _BARE, Target(0.2)),
        _line("def, -k thread -w 1", "def -w 1", STOCK, Target(4)),
        _line("def, -k thread -w 4", "def -w 4", STOCK),
        _line("async def, -k process -w 2", _TWO, _ONE, Target(1.5)),
        _line("async def, -k process -w 2", _TWO, STOCK_PROCESSES),
    ),
)
