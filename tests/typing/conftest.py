"""The checkers are installed where types are checked (tox, `typing`), and CI runs these tests there."""

import importlib.util
from pathlib import Path

import pytest

collect_ignore_glob = [] if importlib.util.find_spec("mypy") else ["test_*.py"]


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where checkers keep what they know of the libraries, which takes them the longest to find out."""
    return tmp_path_factory.mktemp("checkers")
