"""A trial, in earnest but short: real servers, consumers and signals."""

from pathlib import Path

import attrs
import pytest

from faults import trial
from faults.outcome import Outcome
from faults.rival.system import StockHuey
from faults.row import Row
from faults.rows import ROWS
from faults.server import available
from faults.setup import Setup
from faults.stage import Stage
from faults.systems import Ours, System

SMALL = Setup(jobs=(60, 60), seconds=(1.5, 1.5), consumers=1, api=False)

pytestmark = pytest.mark.timeout(180)


def run(row: Row, place: Path, system: System | None = None) -> Outcome:
    return trial.run(attrs.evolve(row, setup=SMALL), system or Ours(), available(), place, seed=1, quick=True)


def kill_once(stage: Stage) -> None:
    stage.until(lambda: stage.under_way().total(), "a run")
    stage.fleet.kill(0)


def fail(stage: Stage) -> None:
    raise ZeroDivisionError(f"on {stage.server.kind}")


def test_a_row_that_passes(tmp_path: Path) -> None:
    """A consumer is killed in mid-work: the fault is proved, nothing is lost, and everything is judged."""
    outcome = run(attrs.evolve(ROWS["F1"], inject=kill_once), tmp_path)
    assert outcome.violations == ()
    assert (outcome.passed, outcome.lost, outcome.acknowledged > 40) == (True, 0, True)
    assert "1 consumers died by SIGKILL" in outcome.evidence


def test_a_fault_that_does_not_happen(tmp_path: Path) -> None:
    """A row whose fault was not brought about has not passed, however well everything went."""
    outcome = run(attrs.evolve(ROWS["F1"], inject=lambda _stage: None), tmp_path)
    assert (outcome.violations, outcome.evidence, outcome.passed) == ((), "", False)


def test_the_rival_loses_what_it_ran(tmp_path: Path) -> None:
    """Stock Huey under the same fault: what its consumer ran is lost, and the same judge finds it."""
    outcome = run(attrs.evolve(ROWS["F1"], inject=kill_once), tmp_path, StockHuey())
    assert outcome.lost > 0
    assert outcome.acknowledged == 60


def test_a_trial_that_breaks_off(tmp_path: Path) -> None:
    """A row whose own code fails is told as a violation, with the traceback beside the ledger."""
    outcome = run(attrs.evolve(ROWS["F1"], inject=fail), tmp_path)
    assert outcome.violations == (f"the trial broke off: ZeroDivisionError: on {available()}",)
    assert "ZeroDivisionError" in (tmp_path / "traceback").read_text()
