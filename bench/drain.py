"""One drain: a backlog is laid out, a consumer started, and the time taken from the first start to the last result."""

import math
import time
from typing import Final

import attrs

from bench import ledger, server
from bench.contestants import Contestant
from bench.ledger import Ledger
from bench.programs import BenchFailed, Meter, Program, consumer
from bench.race import Figures, Plan, Runs, Side
from bench.server import Server

_STALLED_S: Final = 10.0
_SHORTEST_LOOK_S, _LONGEST_LOOK_S = 0.001, 0.01


@attrs.frozen
class Drain:
    """One measurement: the rate, how many jobs a consumer that stood still left, and how busy both programs were."""

    jobs_per_s: float
    missing: int
    busy: Figures


def side(gives: str, contestant: Contestant, *, quick: int = 10_000, full: int = 50_000) -> Side:
    """Return a side that drains as many jobs in each run, and tells its rate and how busy consumer and server were."""

    def runs(plan: Plan) -> Runs:
        while True:
            found = drain(contestant, plan.size(quick, full), longest_s(plan))
            if found.missing:
                plan.note(f"{contestant.name}: {found.missing:,} jobs had no result 10 s after the last one")
            yield {gives: found.jobs_per_s} | {f"{gives}: {name}": share for name, share in found.busy.items()}

    return Side((gives, f"{gives}: consumer", f"{gives}: server"), runs)


def longest_s(plan: Plan) -> int:
    """Return for how many seconds a drain is measured at most: a slow side, or machine, must not hold up all others."""
    return plan.size(1, 4)


def drain(contestant: Contestant, jobs: int, longest_s: float = math.inf) -> Drain:
    """Measure one drain of ``jobs`` jobs, or its first seconds; raises BenchFailed."""
    # A server of its own: on a shared one, what still waits there for a killed consumer takes jobs of the next backlog.
    with server.running() as running:
        contestant.fill(running.url, jobs)
        if (waiting := contestant.waiting(running.client)) != jobs:
            raise BenchFailed(f"{contestant.name}: {waiting} of {jobs} jobs were waiting before its consumer started")
        return drain_from(contestant, running, jobs, longest_s)


def drain_from(contestant: Contestant, running: Server, jobs: int, longest_s: float = math.inf) -> Drain:
    """Start a consumer, and measure until ``jobs`` more jobs have results, or for some seconds; raises BenchFailed."""
    before = contestant.done(running.client)
    with ledger.opened() as book, consumer(contestant, running.url, book) as program:
        follower = _Follower(contestant, running, program, before + jobs)
        done = follower.follow(longest_s) - before
        if done == 0:
            raise BenchFailed(f"{contestant.name} did none of {jobs} jobs; its log ends:\n{program.tail()}")
        duration_s = (follower.ended_ns - _first_ns(book)) / 1e9
        return Drain(done / duration_s, jobs - done if follower.stalled else 0, follower.busy)


def _first_ns(book: Ledger) -> int:
    return min(moment_ns for _, moment_ns in book.read())


class _Follower:
    """Looks at the store, so rarely that nobody is disturbed, until the results are there.

    Each look is as far off as half of what is left will take, so that the last ones come close together. A consumer
    that stands still is not waited for.
    """

    def __init__(self, contestant: Contestant, running: Server, program: Program, wanted: int) -> None:
        self._contestant, self._running, self._program, self._wanted = contestant, running, program, wanted
        self.ended_ns = time.monotonic_ns()
        self.stalled = False
        self.busy: Figures = {}

    def follow(self, longest_s: float) -> int:
        """Return how many results there are in the end; ``ended_ns`` is when the last one was seen."""
        seen, look_s, until_ns = self._contestant.done(self._running.client), _LONGEST_LOOK_S, math.inf
        meter: Meter | None = None
        while seen < self._wanted and self.ended_ns < until_ns:
            time.sleep(look_s)
            done, now_ns = self._contestant.done(self._running.client), time.monotonic_ns()
            if done > seen:
                left_s = (self._wanted - done) * (now_ns - self.ended_ns) / (done - seen) / 1e9
                look_s = min(max(left_s / 2, _SHORTEST_LOOK_S), _LONGEST_LOOK_S)
                seen, self.ended_ns = done, now_ns
                if meter is None:
                    meter, until_ns = Meter("consumer", self._program, self._running.client), now_ns + longest_s * 1e9
            elif self._program.process.poll() is not None or now_ns - self.ended_ns > _STALLED_S * 1e9:
                self.stalled = True
                break
        self.busy = meter.shares() if meter else {}
        return seen
