"""One job ends every process that runs it; the long version is `python3 dev.py poison`."""

from pathlib import Path

import pytest

from faults import trial
from faults.poison import WAYS, row
from faults.server import available
from faults.systems import Ours


@pytest.mark.timeout(180)
@pytest.mark.parametrize("way", WAYS)
def test_only_the_pill_dies(tmp_path: Path, way: str) -> None:
    """A pill takes two consumers with it and dies in quarantine, once, telling how; no job beside it comes to harm."""
    outcome = trial.run(row(way, innocents=60), Ours(), available(), tmp_path, seed=1, quick=False)
    assert outcome.violations == ()
    assert outcome.passed
