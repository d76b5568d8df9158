"""Pickup at idle: from the call that enqueues to the handler's first line, beside bare pairs of processes."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from bench import bare, ledger, server, supply
from bench.contestants import ours
from bench.jobs import Lone
from bench.ledger import Ledger
from bench.percentiles import names, percentiles
from bench.programs import Program, awaited, consumer, module
from bench.race import Bench, Figures, Line, Plan, Runs, Side, Target
from bench.server import Server
from jobdefs.storage.drivers import Store

_OURS, _PAIR, _LEASED = "ours", "bare pair", "bare lease"
# So long that all have come to rest, and never in step with anything.
_GAP_S: Final = (0.002, 0.008)

Took = Callable[[int], float]


def _runs(plan: Plan) -> Runs:
    """Send one to each of them by turns, so that all meet the same machine."""
    with server.running() as running, ExitStack() as stack:
        took = {name: stack.enter_context(side(running)) for name, side in _SIDES.items()}
        for each in took.values():
            each(0)
        while True:
            found: dict[str, list[float]] = {name: [] for name in took}
            for number in range(1, plan.size(101, 501)):
                for name, each in took.items():
                    found[name].append(each(number))
            figures: Figures = {}
            for name, values in found.items():
                figures |= percentiles(name, values)
            yield figures


@contextmanager
def _ours(running: Server) -> Iterator[Took]:
    store = Store(running.url)
    with ledger.opened() as book, consumer(ours(Lone), running.url, book) as program:

        def took(number: int) -> float:
            job = supply.written(Lone(number))
            return _took_us(lambda: supply.put(store, [job]), program, book, number)

        yield took


@contextmanager
def _pair(running: Server) -> Iterator[Took]:
    with _bare(running, bare.PAIR) as (program, book):
        yield lambda number: _took_us(lambda: running.client.lpush(bare.PAIR, number), program, book, number)


@contextmanager
def _leased(running: Server) -> Iterator[Took]:
    offer = bare.offer(running.client)
    with _bare(running, bare.LEASED) as (program, book):
        yield lambda number: _took_us(lambda: offer(number), program, book, number)


@contextmanager
def _bare(running: Server, kind: str) -> Iterator[tuple[Program, Ledger]]:
    with (
        ledger.opened() as book,
        module("bench.bare", running.url, kind, **{ledger.VARIABLE: str(book.path)}) as program,
    ):
        yield program, book


def _took_us(send: Callable[[], object], program: Program, book: Ledger, number: int) -> float:
    time.sleep(random.uniform(*_GAP_S))
    started_ns = time.monotonic_ns()
    send()
    return (awaited(program, book, number) - started_ns) / 1e3


_SIDES: Final = {_OURS: _ours, _PAIR: _pair, _LEASED: _leased}


def _line(word: str, rival: str, bound: float | None = None) -> Line:
    return Line(
        work=f"pickup at idle, {word}",
        unit="µs",
        ours=f"{_OURS} {word}",
        rival=f"{rival} {word}",
        target=None if bound is None else Target(bound, at_most=True),
        lower_is_better=True,
    )


PICKUP: Final = Bench(
    "pickup",
    (Side(names(*_SIDES), _runs),),
    (_line("p50", _PAIR, 1.5), _line("p50", _LEASED), _line("p99", _PAIR, 2), _line("p99", _LEASED)),
)
