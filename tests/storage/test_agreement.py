"""Agreement: whatever is called in whatever order, each job stands in the one index that its state names."""

import pytest

from jobdefs.state import State
from tests.support.life import Life
from tests.support.stage import Stage

STEPS = 1_000
# A long life takes a while on a busy machine.
pytestmark = pytest.mark.timeout(240)


@pytest.mark.parametrize("seed", range(3))
def test_everything_agrees_in_any_life(stage: Stage, seed: int) -> None:
    """Over long random lives: no job is lost, none is in two places, only its holder settles it, replies repeat, a key
    has one holder, the ledger is balanced, and the sweeper finds nothing to repair.
    """
    life = Life(stage, seed)
    for _ in range(STEPS):
        life.step()
    assert life.seen == set(State)
