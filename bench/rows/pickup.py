"""Pickup at idle: from the call that enqueues to the handler's first line, beside a bare pair of processes."""

import random
import time
from collections.abc import Callable
from typing import Final

from bench import ledger, server, supply
from bench.bare import PAIR
from bench.contestants import ours
from bench.jobs import Lone
from bench.ledger import Ledger
from bench.percentiles import names, percentiles
from bench.programs import Program, awaited, consumer, module
from bench.race import Bench, Line, Plan, Runs, Side, Target
from jobdefs.storage.drivers import Store

_OURS, _PAIR = "ours", "bare pair"
# So long that both have come to rest, and never in step with anything.
_GAP_S: Final = (0.002, 0.008)


def _runs(plan: Plan) -> Runs:
    """Send one to ours and one to the pair by turns, so that both meet the same machine."""
    with (
        server.running() as running,
        ledger.opened() as ours_book,
        ledger.opened() as pair_book,
        consumer(ours(Lone), running.url, ours_book) as ours_program,
        module("bench.bare", running.url, **{ledger.VARIABLE: str(pair_book.path)}) as pair_program,
    ):
        store = Store(running.url)

        def to_ours(number: int) -> float:
            job = supply.written(Lone(number))
            return _took_us(lambda: supply.put(store, [job]), ours_program, ours_book, number)

        def to_pair(number: int) -> float:
            return _took_us(lambda: running.client.lpush(PAIR, number), pair_program, pair_book, number)

        to_ours(0), to_pair(0)
        while True:
            found: tuple[list[float], list[float]] = ([], [])
            for number in range(1, plan.size(101, 501)):
                found[0].append(to_ours(number))
                found[1].append(to_pair(number))
            yield percentiles(_OURS, found[0]) | percentiles(_PAIR, found[1])


def _took_us(send: Callable[[], object], program: Program, book: Ledger, number: int) -> float:
    time.sleep(random.uniform(*_GAP_S))
    started_ns = time.monotonic_ns()
    send()
    return (awaited(program, book, number) - started_ns) / 1e3


def _line(word: str, bound: float) -> Line:
    return Line(
        work=f"pickup at idle, {word}",
        unit="µs",
        ours=f"{_OURS} {word}",
        rival=f"{_PAIR} {word}",
        target=Target(bound, at_most=True),
        lower_is_better=True,
    )


PICKUP: Final = Bench("pickup", (Side(names(_OURS, _PAIR), _runs),), (_line("p50", 1.5), _line("p99", 2)))
