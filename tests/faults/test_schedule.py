"""Rows side by side, and those that broke off."""

from pathlib import Path

import attrs
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


def test_a_row_that_failed_runs_once_more_where_that_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What failed beside others counts by what it does by itself, and both are told."""
    turns = iter([("I1: order 7 is ready",), ()])

    def ran(entry: Entry, plan: Plan, turn: str) -> list[Outcome]:
        outcome = Outcome(row=entry.row.id, title=turn, system="ours", server=entry.kind, seed=plan.seed)
        return [attrs.evolve(outcome, evidence="it died", checked=("I1",), violations=next(turns))]

    monkeypatch.setattr(schedule, "_run", ran)
    told: list[Outcome] = []
    plan = Plan(place=tmp_path, again=True)
    [outcome] = schedule.run([Entry(ROWS["F1"], available())], plan, told.append)

    assert [each.passed for each in told] == [False, True]
    assert outcome.title == "-again"
