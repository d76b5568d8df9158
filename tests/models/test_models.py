"""The protocol keeps its promises in every state of the models, and no bug that is put into them stays unseen."""

from functools import cache
from typing import Any

import attrs
import pytest

from jobdefs.state import TRANSITIONS, State
from models.checker import Finding, Move, check
from models.grace.model import Grace
from models.grace.rules import SETTINGS as GRACE
from models.lifecycle.faults import ROLLBACK
from models.lifecycle.model import Lifecycle
from models.lifecycle.settings import DISK, LIFE, MEMORY, QUARANTINE, UNIQUE
from models.lifecycle.state import World
from models.protocols import MUTANTS

# The whole of them is for `python -m models`.
SMALL = (
    attrs.evolve(LIFE, outcomes={"failed", "released"}, forgets=False, generations=0),
    attrs.evolve(DISK, crashes=0),
    attrs.evolve(MEMORY, crashes=0, losses=2),
    attrs.evolve(UNIQUE, outcomes={"failed"}),
    attrs.evolve(QUARANTINE, crashes=0),
)
NOT_MODELLED = {
    "a job that cannot be read": {(state, State.PARKED) for state in (State.SCHEDULED, State.READY, State.SUSPECT)},
    "another build": {(State.PARKED, State.RUNNING), (State.PARKED, State.SUSPECT)},
    "an expiry": {(State.RUNNING, State.EXPIRED), (State.EXPIRED, State.READY)},
    "a process that is killed at its timeout": {(State.SCHEDULED, State.SUSPECT)},
}


@attrs.frozen
class Watched(Lifecycle):
    """The lifecycle, with a note of every move of a job that the store makes."""

    made: set[tuple[str, str]] = attrs.field(factory=set)

    def broken_by(self, before: World, move: Move, after: World) -> str | None:
        """Take note, and judge."""
        if move.name != ROLLBACK:
            pairs = zip(before.store.jobs, after.store.jobs, strict=True)
            self.made.update((was.state, now.state) for was, now in pairs)
        return super().broken_by(before, move, after)


@cache
def looked_at(name: str) -> tuple[Finding, Watched]:
    """Look at a small setting, once."""
    model = Watched(next(setting for setting in SMALL if setting.name == name))
    return check(model), model


NAMES = [setting.name for setting in SMALL]


@pytest.mark.parametrize("name", NAMES)
def test_every_promise_is_kept(name: str) -> None:
    """With few jobs and few faults no state exists in which a promise is broken, or from which nobody gets on."""
    finding, _ = looked_at(name)
    assert (finding.broken, finding.trace) == (None, ())
    assert finding.states > 1_000


def test_every_move_is_made() -> None:
    """The models make every move of a job's life but those that are named here with what they would need."""
    made = set.union(*(looked_at(name)[1].made for name in NAMES))
    missing = {move for move in TRANSITIONS if tuple(state.value for state in move) not in made}
    assert missing == set.union(*NOT_MODELLED.values())


@pytest.mark.parametrize("setting", GRACE, ids=lambda setting: setting.name)
def test_grace(setting: Any) -> None:
    """A silence of the store costs no lease of the living, and none of the dead is kept for ever."""
    assert check(Grace(setting)).broken is None


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.bug)
def test_mutants_are_found(mutant: Any) -> None:
    """Each rule is needed: without it the promise that it is there for is broken, and the way there is shown."""
    finding = check(mutant.model)
    assert finding.broken == mutant.breaks
    assert 0 < len(finding.trace) < 30


def test_a_trace_can_be_played() -> None:
    """The shortest way to a broken promise is told as moves, in which each subject has one name all the time."""
    mutant = next(mutant for mutant in MUTANTS if mutant.bug == "a late settlement overwrites a cancel")
    told = [str(move) for move in check(mutant.model).trace]
    assert told == ["submit 0", "promote 0", "claim 0 0", "reclaim 0", "cancel 0", "settle 0 0 failed"]
