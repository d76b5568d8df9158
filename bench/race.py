"""Sides that take turns, round after round, and the figures that each of them yields."""

import math
import os
import time
from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import ExitStack, closing
from typing import Any

import attrs

Figures = dict[str, float]
Runs = Generator[Figures, None, None]


@attrs.frozen
class Plan:
    """How much is to be done, and whom to tell; ``notes`` are printed beneath the figures.

    After ``hurry_s``, a moment of the monotonic clock, one round of each kind of work must do.
    """

    quick: bool
    rounds: int
    say: Callable[[str], None]
    hurry_s: float = math.inf
    notes: list[str] = attrs.field(factory=list)

    def size(self, quick: int, full: int) -> int:
        """Return one of two sizes of a piece of work."""
        return quick if self.quick else full

    def note(self, text: str) -> None:
        """Keep a line for the reader, once."""
        if text not in self.notes:
            self.notes.append(text)


@attrs.frozen
class Side:
    """One who takes part: ``runs`` yields the figures of one run after another, under the names in ``gives``.

    What a side needs in every run, such as a server, lives as long as its generator.
    """

    gives: tuple[str, ...]
    runs: Callable[[Plan], Runs]


@attrs.frozen
class Target:
    """What is to be reached: a bound of the ratio, or of the figure itself."""

    bound: float
    at_most: bool = False
    of_ratio: bool = True


@attrs.frozen(kw_only=True)
class Line:
    """One line of the table: a figure of ours beside a rival's; ``beside`` are figures that explain it, in percent.

    ``lower_is_better`` holds for durations and sizes. ``place`` is how many decimals are shown.
    """

    work: str
    unit: str
    ours: str
    rival: str = ""
    target: Target | None = None
    lower_is_better: bool = False
    beside: tuple[str, ...] = ()
    place: int = 0

    @property
    def name(self) -> str:
        """What tells it from all others: the work, and the rival's figure if there is one."""
        return f"{self.work}; {self.rival}" if self.rival else self.work

    @property
    def needs(self) -> set[str]:
        """The figures that this line is made of."""
        return {self.ours, self.rival, *self.beside} - {""}


@attrs.frozen
class Bench:
    """A kind of work: who takes part, and what is told of it."""

    name: str
    sides: tuple[Side, ...]
    lines: tuple[Line, ...]

    def only(self, texts: Sequence[str]) -> "Bench":
        """Return it with the lines that have one of the texts in them, and with the sides that these need."""
        lines = tuple(line for line in self.lines if any(text in f"{self.name}: {line.name}" for text in texts))
        needed = {name for line in lines for name in line.needs}
        return attrs.evolve(self, lines=lines, sides=tuple(side for side in self.sides if needed & set(side.gives)))


@attrs.frozen
class Found:
    """What the rounds of one bench found; each holds the figures of all sides, and ``load``."""

    bench: Bench
    rounds: tuple[Figures, ...]


def race(bench: Bench, plan: Plan) -> Found:
    """Let every side run once in every round; who begins changes from round to round."""
    rounds = []
    with ExitStack() as stack:
        running: list[Any] = [stack.enter_context(closing(side.runs(plan))) for side in bench.sides]
        for number in range(plan.rounds):
            figures: Figures = {}
            for runs in _turned(running, number):
                figures |= next(runs)
            plan.say(f"{bench.name}, round {number + 1} of {plan.rounds}: {_told(figures)}")
            rounds.append(figures | {"load": os.getloadavg()[0]})
            if time.monotonic() > plan.hurry_s:
                break
    if len(rounds) < plan.rounds:
        plan.note(f"{bench.name}: {len(rounds)} of {plan.rounds} rounds, since the machine was too slow for more")
    return Found(bench, tuple(rounds))


def _turned(sides: Sequence[Any], number: int) -> Collection[Any]:
    first = number % len(sides)
    return [*sides[first:], *sides[:first]]


def _told(figures: Figures) -> str:
    return "; ".join(f"{name} {value:,.4g}" for name, value in figures.items())
