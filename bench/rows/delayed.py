"""Delayed jobs: how long after their due time they start, at idle and while a backlog drains."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

from bench import ledger, server, stock, supply
from bench.contestants import Contestant, ours, stock_huey
from bench.jobs import AsyncNoop, Urgent
from bench.ledger import Ledger
from bench.percentiles import names, percentiles
from bench.programs import BenchFailed, awaited, consumer
from bench.race import Bench, Line, Plan, Runs, Side, Target
from bench.server import Server
from jobdefs.storage.drivers import Store

_IDLE, _BUSY, _STOCK = "at idle", "while a backlog drains", "stock Huey"
_FIRST_DUE_S: Final = 0.2
_LEAST_WAITING: Final = 5_000
_PATIENCE_S: Final = 20.0


def _idle(plan: Plan) -> Runs:
    with _at_rest(ours(Urgent)) as (running, book):
        store = Store(running.url)
        while True:
            due = _due(plan, 100)
            supply.put(store, [supply.written(Urgent(number), moment) for number, moment in enumerate(due)])
            yield percentiles(_IDLE, _late_ms(due, book))


def _busy(plan: Plan) -> Runs:
    """Keep a backlog before the consumer as long as delayed jobs, which are more urgent, are to come."""
    with _at_rest(ours(Urgent)) as (running, book):
        store = Store(running.url)

        def refill() -> None:
            while supply.waiting(running.client) < _LEAST_WAITING:
                supply.put(store, [supply.written(AsyncNoop(number)) for number in range(2 * supply.AT_ONCE)])

        while True:
            refill()
            due = _due(plan, 100)
            supply.put(store, [supply.written(Urgent(number), moment) for number, moment in enumerate(due)])
            yield percentiles(_BUSY, _late_ms(due, book, refill))


def _stock(plan: Plan) -> Runs:
    with _at_rest(stock_huey("RedisHuey", task="noted")) as (running, book):
        _, tasks = stock.make("RedisHuey", running.url)
        while True:
            due = _due(plan, 30)
            for number, moment in enumerate(due):
                tasks["noted"].schedule((number,), eta=moment)
            yield percentiles(_STOCK, _late_ms(due, book))


@contextmanager
def _at_rest(contestant: Contestant) -> Iterator[tuple[Server, Ledger]]:
    """Run a consumer that has done a first job."""
    with server.running() as running, ledger.opened() as book, consumer(contestant, running.url, book) as program:
        contestant.fill(running.url, 1)
        awaited(program, book, 0)
        yield running, book


def _due(plan: Plan, count: int) -> list[datetime]:
    """Return moments that lie ahead, in whole milliseconds as the store keeps them, evenly over a second or three."""
    now_ms, span_s = time.time_ns() // 1_000_000, plan.size(1, 3)
    ahead = (1_000 * (_FIRST_DUE_S + random.uniform(0, span_s)) for _ in range(count * span_s))
    return [datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=now_ms + int(each)) for each in ahead]


def _late_ms(due: Sequence[datetime], book: Ledger, meanwhile: Callable[[], None] = lambda: None) -> list[float]:
    """Return how much later than due each job began, once all have."""
    clock_ns = time.time_ns() - time.monotonic_ns()
    began: dict[int, int] = {}
    deadline = time.monotonic() + _PATIENCE_S
    while len(began) < len(due):
        meanwhile()
        began |= {number: moment_ns for number, moment_ns in book.read(0.005) if number >= 0}
        if time.monotonic() > deadline:
            raise BenchFailed(f"{len(due) - len(began)} of {len(due)} delayed jobs did not begin")
    return [(began[number] + clock_ns) / 1e6 - 1_000 * moment.timestamp() for number, moment in enumerate(due)]


def _line(gives: str, word: str, rival: str, target: Target | None = None) -> Line:
    return Line(
        work=f"delayed, start against due time {gives}, {word}",
        unit="ms",
        ours=f"{gives} {word}",
        rival=rival and f"{rival} {word}",
        target=target,
        lower_is_better=True,
        place=1,
    )


DELAYED: Final = Bench(
    "delayed",
    (Side(names(_IDLE), _idle), Side(names(_BUSY), _busy), Side(names(_STOCK), _stock)),
    (
        _line(_IDLE, "p50", _STOCK),
        _line(_IDLE, "p99", _STOCK, Target(10, at_most=True, of_ratio=False)),
        _line(_BUSY, "p99", "", Target(30, at_most=True, of_ratio=False)),
        _line(_IDLE, "min", "", Target(0, of_ratio=False)),
        _line(_BUSY, "min", "", Target(0, of_ratio=False)),
    ),
)
