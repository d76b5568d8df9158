"""Consumers are killed under load, and then the books are balanced; the long version is `python -m bench.chaos`."""

import sys
from pathlib import Path

import pytest

from bench.chaos.account import broken, figures
from bench.chaos.battle import Plan, fight


@pytest.mark.timeout(180)
def test_no_job_is_lost(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """While one of three consumers is killed every half second, no job of any kind is lost, doubled, dead or misrun."""
    plan = Plan(jobs=600, seconds=6, patience_s=90)
    battle = fight(plan, tmp_path, print)
    with capsys.disabled():
        sys.stderr.write("\n" + "".join(f"{name:32} {value}\n" for name, value in figures(plan, battle).items()))
    assert broken(battle) == []
    assert battle.kills == 12
