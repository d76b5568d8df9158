"""The states of a job, and the moves between them."""

from datetime import timedelta

import pytest

from jobdefs import Retention, State
from jobdefs.errors import DefinitionError
from jobdefs.state import CANCELLABLE, FINAL, REPLAYABLE, TRANSITIONS


def test_a_final_state_is_left_only_by_a_replay():
    """What is final stays so until its retention ends or somebody replays it."""
    assert {state for state in State if state.final} == FINAL
    leaving = {state: {after for before, after in TRANSITIONS if before is state} for state in FINAL}
    assert all(after <= {State.READY} for after in leaving.values())


def test_replay_and_cancel_are_moves_of_the_table():
    """Whoever may be replayed or cancelled has that move in the table, and only these."""
    assert {before for (before, _), why in TRANSITIONS.items() if why == "replayed"} == set(REPLAYABLE)
    cancelled = {before for (before, after), _ in TRANSITIONS.items() if after is State.CANCELLED}
    assert cancelled == set(CANCELLABLE)


def test_no_retention_is_negative():
    """A negative retention is an error of the definition."""
    with pytest.raises(DefinitionError, match="retention: dead must not be negative"):
        Retention(dead=timedelta(seconds=-1))
