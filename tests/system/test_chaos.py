"""Consumers are killed under load, and then the ledgers are balanced; the long version is `python3 dev.py chaos`."""

import sys
from pathlib import Path

import pytest

from faults import trial
from faults.chaos import Plan, row
from faults.server import available
from faults.systems import Ours


@pytest.mark.timeout(180)
def test_no_job_is_lost(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """While one of some consumers is killed every half second, no job of any kind is lost, doubled, dead or misrun."""
    plan = Plan(jobs=600, seconds=6, every_s=0.5, spares=0, patience_s=90)
    outcome = trial.run(row(plan), Ours(), available(), tmp_path, seed=plan.seed, quick=False)
    with capsys.disabled():
        sys.stderr.write("\n" + "".join(f"{name:32} {value}\n" for name, value in outcome.figures.items()))
    assert outcome.violations == ()
    assert outcome.evidence.endswith(" kills")
