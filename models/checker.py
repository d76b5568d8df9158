"""Looks at every state that a model can be in, nearest first, and tells the first promise that is broken."""

import time
from collections import deque
from collections.abc import Hashable, Iterable, Iterator
from typing import Final, Generic, NamedTuple, Protocol, TypeVar

import attrs

S = TypeVar("S", bound=Hashable)

STUCK: Final = "from here nobody gets on without help"


class Move(NamedTuple):
    """What happened: a name with its subjects, and whether the protocol does it by itself, without people or faults.

    ``about`` is for those who judge the move.
    """

    name: str
    subjects: tuple[object, ...] = ()
    by_itself: bool = True
    about: object = None

    def __str__(self) -> str:
        """The move as a line of a trace shows it."""
        return " ".join([self.name, *map(str, self.subjects)])


class Model(Protocol[S]):
    """A protocol in a setting that is bounded, so that it has finitely many states."""

    @property
    def name(self) -> str:
        """What the setting is called."""

    def first(self) -> S:
        """Return the state in which everything begins."""

    def moves(self, state: S) -> Iterable[tuple[Move, S]]:
        """Yield everything that can happen in a state, and what comes of it."""

    def canonical(self, state: S) -> S:
        """Return the one state that stands for all that differ by names only."""

    def broken_by(self, before: S, move: Move, after: S) -> str | None:
        """Return the promise that a move breaks, None if it breaks none."""

    def broken_in(self, state: S) -> str | None:
        """Return the promise that does not hold in a state, None if all do."""

    def open(self, state: S) -> bool:
        """Whether something is promised here that has not come yet."""


@attrs.frozen
class Finding:
    """What a check has found: the broken promise, None where all are kept, and the shortest way there.

    ``edges`` are the moves that were looked at; ``seconds`` are the processor's.
    """

    model: str
    states: int
    edges: int
    seconds: float
    broken: str | None = None
    trace: tuple[Move, ...] = ()


class _Search(Generic[S]):
    """A breadth-first search: ``came_from`` are the states that were found, each with the one before."""

    def __init__(self, model: Model[S]) -> None:
        self._model = model
        self.first = model.canonical(model.first())
        self.came_from: dict[S, S | None] = {self.first: None}
        self.edges = 0
        self._led_here: dict[S, list[S]] = {}

    def broken(self) -> tuple[str, list[S]] | None:
        """Return the first promise that a move breaks, and the states up to and behind it."""
        waiting = deque([self.first])
        while waiting:
            state = waiting.popleft()
            for move, after in self._model.moves(state):
                self.edges += 1
                broken, then = self._model.broken_by(state, move, after), self._model.canonical(after)
                if self._enter(state, move, then):
                    waiting.append(then)
                    broken = self._model.broken_in(then) or broken
                if broken:
                    return broken, [*self.way_to(state), then]
        return None

    def _enter(self, state: S, move: Move, then: S) -> bool:
        if move.by_itself and then != state:
            self._led_here.setdefault(then, []).append(state)
        if then in self.came_from:
            return False
        self.came_from[then] = state
        return True

    def stuck(self) -> list[S] | None:
        """Return the way to the nearest state in which a promise stays open, whatever the protocol does by itself."""
        lively = [state for state in self.came_from if not self._model.open(state)]
        found = set(lively)
        while lively:
            before = [state for state in self._led_here.get(lively.pop(), ()) if state not in found]
            found.update(before)
            lively += before
        return next((self.way_to(state) for state in self.came_from if state not in found), None)

    def way_to(self, state: S) -> list[S]:
        """Return the states from the first one to this one."""
        way: list[S] = [state]
        while (before := self.came_from[way[-1]]) is not None:
            way.append(before)
        return way[::-1]


def check(model: Model[S]) -> Finding:
    """Look at every state of a model; stop at the first broken promise."""
    began = time.process_time()
    search = _Search(model)
    found = search.broken()
    if found is None and (way := search.stuck()):
        found = STUCK, way
    broken, trace = (found[0], tuple(_told(model, found[1]))) if found else (None, ())
    return Finding(model.name, len(search.came_from), search.edges, time.process_time() - began, broken, trace)


def _told(model: Model[S], way: list[S]) -> Iterator[Move]:
    """Yield the moves that lead along canonical states, played in one run so that names stay the same."""
    state = model.first()
    for stop in way[1:]:
        move, state = next((move, then) for move, then in model.moves(state) if model.canonical(then) == stop)
        yield move
