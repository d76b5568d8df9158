"""Start-up: what ``import jobdefs`` adds to ``import attrs``, and how soon a consumer's first job begins."""

import subprocess
import sys
import time
from typing import Final

from bench import ledger, server
from bench.contestants import Contestant, ours, stock_huey
from bench.jobs import PlainNoop
from bench.programs import BenchFailed, consumer
from bench.race import Bench, Line, Plan, Runs, Side, Target

_IMPORT, _ATTRS, _OURS, _STOCK = "import jobdefs", "import attrs", "consumer", "stock Huey"
_PROGRAM: Final = """
import time
moments = [time.perf_counter()]
import attrs
moments.append(time.perf_counter())
import jobdefs
moments.append(time.perf_counter())
print(*moments)
"""
_PATIENCE_S: Final = 20.0


def _import(_plan: Plan) -> Runs:
    while True:
        done = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True)
        began, attrs_there, all_there = map(float, done.stdout.split())
        yield {_IMPORT: 1e3 * (all_there - attrs_there), _ATTRS: 1e3 * (attrs_there - began)}


def _ready(gives: str, contestant: Contestant) -> Side:
    """Return a side that finds one job waiting, and tells when it began, in ms since the program was started."""

    def runs(_plan: Plan) -> Runs:
        while True:
            with server.running() as running, ledger.opened() as book:
                contestant.fill(running.url, 1)
                started_ns = time.monotonic_ns()
                with consumer(contestant, running.url, book):
                    noted = book.read(_PATIENCE_S)
                if not noted:
                    raise BenchFailed(f"{contestant.name}: its first job did not begin")
                yield {gives: (noted[0][1] - started_ns) / 1e6}

    return Side((gives,), runs)


START_UP: Final = Bench(
    "start-up",
    (
        Side((_IMPORT, _ATTRS), _import),
        _ready(_OURS, ours(PlainNoop)),
        _ready(_STOCK, stock_huey("RedisHuey")),
    ),
    (
        Line(
            work="start-up, import jobdefs after attrs",
            unit="ms",
            ours=_IMPORT,
            rival=_ATTRS,
            target=Target(60, at_most=True, of_ratio=False),
            lower_is_better=True,
        ),
        Line(
            work="start-up, consumer's first job begins",
            unit="ms",
            ours=_OURS,
            rival=_STOCK,
            target=Target(1_000, at_most=True, of_ratio=False),
            lower_is_better=True,
        ),
    ),
)
