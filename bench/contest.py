"""Several rounds, in each of which the sides take turns."""

import statistics
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from typing import Final

import attrs

from bench.contestants import Contestant, Side
from bench.drain import Run, drain

_FINALISTS: Final = 4


@attrs.frozen
class Standing:
    """A contestant and its runs."""

    contestant: Contestant
    runs: list[Run] = attrs.field(factory=list)

    @property
    def rate(self) -> float:
        """The median of the runs, in jobs per second."""
        return statistics.median(run.jobs_per_s for run in self.runs)


@attrs.frozen
class Contest:
    """What a whole run found; ``standings`` keep the order of the contestants."""

    standings: tuple[Standing, ...]
    jobs: int
    rounds: int

    @property
    def best_stock(self) -> Standing | None:
        """The fastest of stock Huey's settings that ran in every round, None where none did."""
        finalists = [each for each in _of(self.standings, Side.STOCK) if len(each.runs) == self.rounds]
        return max(finalists, key=lambda each: each.rate, default=None)

    def ratio(self, standing: Standing) -> float | None:
        """Return how many times as fast as stock Huey's best a setting is, None without a rival."""
        return standing.rate / self.best_stock.rate if self.best_stock else None


def hold(contestants: Sequence[Contestant], *, jobs: int, rounds: int, say: Callable[[str], None]) -> Contest:
    """Let every contestant run in every round; of stock Huey, only the fastest of the first round go on."""
    contest = Contest(tuple(map(Standing, contestants)), jobs, rounds)
    running = contest.standings
    for number in range(1, rounds + 1):
        for standing in _taking_turns(running):
            run = drain(standing.contestant, jobs)
            standing.runs.append(run)
            say(f"round {number} of {rounds}: {standing.contestant.name}: {run}")
        running = (*_of(running, Side.OURS), *_fastest(_of(running, Side.STOCK)))
    return contest


def _of(standings: Sequence[Standing], side: Side) -> list[Standing]:
    return [standing for standing in standings if standing.contestant.side is side]


def _fastest(standings: Sequence[Standing]) -> list[Standing]:
    return sorted(standings, key=lambda each: each.rate, reverse=True)[:_FINALISTS]


def _taking_turns(standings: Sequence[Standing]) -> Iterator[Standing]:
    for pair in zip_longest(_of(standings, Side.OURS), _of(standings, Side.STOCK)):
        yield from (standing for standing in pair if standing)
