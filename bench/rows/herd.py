"""Very many jobs that are due at the same moment: how long a script keeps the server, and whether others are served."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bench import ledger, server, supply
from bench.contestants import ours
from bench.jobs import AsyncNoop, Lone
from bench.ledger import Ledger
from bench.percentiles import percentiles
from bench.programs import BenchFailed, awaited, consumer
from bench.race import Bench, Figures, Line, Plan, Runs, Side, Target
from bench.server import Server
from jobdefs.storage.drivers import Store

_SCRIPT, _LONE, _IDLE = "longest script", "lone job", "lone job at idle"
_GAP_S: Final = 0.02
_SETTLING_S: Final = 0.3
_NOTED_US: Final = 100
_PATIENCE_S: Final = 120.0


def _runs(plan: Plan) -> Runs:
    with server.running() as running, ledger.opened() as book, consumer(ours(AsyncNoop), running.url, book) as program:
        running.client.config_set("slowlog-log-slower-than", _NOTED_US)
        running.client.config_set("slowlog-max-len", 1_000_000)
        store = Store(running.url)
        lone = _Lone(store, book)
        lone.put()
        awaited(program, book, lone.number)
        while True:
            time.sleep(_SETTLING_S)
            idle = [each for _ in range(plan.size(25, 100)) for each in lone.late_ms()]
            jobs = plan.size(5_000, 100_000)
            _lay_out(store, jobs, ahead_s=jobs / 15_000)
            running.client.slowlog_reset()
            during = _follow(running, lone)
            yield _script(running) | percentiles(_LONE, during) | percentiles(_IDLE, idle)


class _Lone:
    """Puts in a job of another queue now and then, and tells how long each took to begin."""

    def __init__(self, store: Store, book: Ledger) -> None:
        self._store, self._book = store, book
        self._asked_ns: dict[int, int] = {}
        self.number = 0

    def put(self) -> None:
        self.number += 1
        self._asked_ns[self.number] = time.monotonic_ns()
        supply.put(self._store, [supply.written(Lone(self.number))])

    def late_ms(self) -> list[float]:
        """Put one in, and return the milliseconds that each took which began within the next 20 ms."""
        self.put()
        deadline, found = time.monotonic() + _GAP_S, []
        while (left_s := deadline - time.monotonic()) > 0:
            found += [(began - self._asked_ns[number]) / 1e6 for number, began in self._book.read(left_s) if number > 0]
        return found


def _lay_out(store: Store, jobs: int, ahead_s: float) -> None:
    due = datetime.now(UTC) + timedelta(seconds=ahead_s)
    supply.put(store, [supply.written(AsyncNoop(number), due) for number in range(jobs)])
    time.sleep(max((due - datetime.now(UTC)).total_seconds(), 0))


def _follow(running: Server, lone: _Lone) -> list[float]:
    """Return how long lone jobs took, until all others have been claimed."""
    during: list[float] = []
    deadline = time.monotonic() + _PATIENCE_S
    while supply.scheduled(running.client) or supply.waiting(running.client) or not during:
        during += lone.late_ms()
        if time.monotonic() > deadline:
            raise BenchFailed("jobs that were due at the same moment were not done within two minutes")
    return during


def _script(running: Server) -> Figures:
    entries: list[dict[str, Any]] = running.client.slowlog_get(1_000_000)
    scripts = [entry["duration"] for entry in entries if entry["command"].startswith(b"EVAL")]
    return {_SCRIPT: max(scripts, default=_NOTED_US) / 1e3}


HERD: Final = Bench(
    "due at once",
    (Side((_SCRIPT, f"{_LONE} p50", f"{_LONE} p99", f"{_IDLE} p50", f"{_IDLE} p99"), _runs),),
    (
        Line(
            work="many due at once, longest script",
            unit="ms",
            ours=_SCRIPT,
            target=Target(5, at_most=True, of_ratio=False),
            lower_is_better=True,
            place=1,
        ),
        *(
            Line(
                work=f"many due at once, a lone job meanwhile, {word}",
                unit="ms",
                ours=f"{_LONE} {word}",
                rival=f"{_IDLE} {word}",
                lower_is_better=True,
                place=1,
            )
            for word in ("p50", "p99")
        ),
    ),
)
