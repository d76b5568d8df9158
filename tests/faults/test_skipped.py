from pathlib import Path

import attrs

from faults import table, trial
from faults.rows import ROWS
from faults.server import Server
from faults.setup import Setup
from faults.systems import Ours
from faults.tools.missing import ToolMissing


def nowhere(*_made_of: object) -> Server:
    raise ToolMissing("no C compiler is here")


def test_a_row_that_this_machine_cannot_run(tmp_path: Path):
    """A row whose tools are missing is no failure, and the table says why it was not run."""
    row = attrs.evolve(ROWS["F13"], setup=Setup(server=nowhere))
    outcome = trial.run(row, Ours(), "redis", tmp_path, seed=1, quick=True)
    assert outcome.passed
    assert table.evidence(outcome) == "**not run here**: no C compiler is here"
