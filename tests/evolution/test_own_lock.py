"""This project's own lock file."""

from pathlib import Path

from jobdefs.catalog import load_catalog
from service.evolution import lock_file
from service.evolution.renewal import renewed
from service.evolution.verdict import verdicts

PATH = Path(__file__).parents[2] / "jobdefs.lock.json"


def test_the_definitions_of_this_project_are_locked_as_they_are():
    """A change of a built-in definition that breaks jobs, or that is not locked, does not pass."""
    lock = lock_file.read(PATH)

    assert [one for one in verdicts(load_catalog(), lock) if one.findings or not one.locked] == []
    assert renewed(lock, load_catalog()).lock.text() == PATH.read_text()
