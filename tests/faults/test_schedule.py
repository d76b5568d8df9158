"""Rows side by side, and those that broke off."""

from pathlib import Path

import pytest

from faults import schedule
from faults.outcome import Outcome
from faults.rows import ROWS
from faults.schedule import Entry, Plan
from faults.server import available

pytestmark = pytest.mark.timeout(180)


def test_a_row_that_broke_off_runs_once_more(tmp_path: Path) -> None:
    """What has judged nothing is run again by itself, once; then it has failed, and its folders have both logs."""
    told: list[Outcome] = []
    plan = Plan(place=tmp_path, quick=True, patience_s=0.1)
    [outcome] = schedule.run([Entry(ROWS["F1"], available())], plan, told.append)

    assert outcome.broke_off
    assert not outcome.passed
    assert [each.row for each in told] == ["F1", "F1"]
    assert len(list(tmp_path.glob("F1-*/alone.log"))) == 2
