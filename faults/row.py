"""A row of the table: one fault, how it is brought about, what proves that it happened, and what must hold."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import attrs

from faults.judge import INVARIANTS, Case, Invariant
from faults.orders import Order, orders
from faults.setup import Setup
from faults.stage import Stage

Bound = Callable[[Stage], int]


def mixed(stage: Stage) -> list[Order]:
    """Return harmless orders of the kinds that the set-up names."""
    setup = stage.setup
    return list(orders(stage.either(setup.jobs), stage.seed, setup.kinds, setup.nap_ms))


def none_again(_stage: Stage) -> int:
    """Return the bound of repeated runs where nobody may lose a lease."""
    return 0


def held_per_death(stage: Stage) -> int:
    """Return the bound of repeated runs where consumers died: all that they held."""
    return stage.setup.held * len([code for code in stage.fleet.codes if code != 0])


def held_per(word: str) -> Bound:
    """Return the bound of repeated runs where a fault of this word befell one consumer at a time."""

    def bound(stage: Stage) -> int:
        return stage.setup.held * stage.happened(word)

    return bound


def nothing_more(_stage: Stage, _case: Case) -> Iterator[str]:
    """Promise nothing beside the invariants."""
    return iter(())


def no_figures(_stage: Stage, _case: Case) -> dict[str, str]:
    """Tell nothing beside what the table shows."""
    return {}


@attrs.frozen(kw_only=True)
class Row:
    """One fault. The harness starts everything, puts jobs in, and calls ``inject`` meanwhile.

    ``inject`` returns when it has healed what it harmed; it tells of each fault by ``stage.fault``. ``evidence`` tells
    in words what proves that the fault happened, empty where nothing does: then the row fails. ``bound`` is how many
    runs may be repeated, ``may_lose`` how many acknowledged jobs may be lost, with ``loss`` as the words for the table.
    ``promises`` yields a line for whatever breaks what this row promises beside the invariants, ``figures`` stand
    beside the evidence. ``route`` wraps everything but the server, and gives the address by which the
    programs reach that, such as a proxy's. ``rival`` is empty where the same can be done to stock Huey, else it says
    why not. All must be quiet ``patience_s`` seconds after the fault.
    """

    id: str
    title: str
    inject: Callable[[Stage], None]
    evidence: Callable[[Stage], str]
    setup: Setup = attrs.field(factory=Setup)
    orders: Callable[[Stage], list[Order]] = mixed
    bound: Bound = none_again
    may_lose: Bound = none_again
    loss: str = "0"
    promises: Callable[[Stage, Case], Iterator[str]] = nothing_more
    figures: Callable[[Stage, Case], dict[str, str]] = no_figures
    invariants: tuple[Invariant, ...] = INVARIANTS
    route: Callable[[Stage], AbstractContextManager[str]] | None = None
    rival: str = ""
    patience_s: float = 60.0

    @property
    def forgetful(self) -> bool:
        """Whether the server may come back without its last moments, so that it hands out a fence once more."""
        return all(invariant.id != "I5" for invariant in self.invariants)
