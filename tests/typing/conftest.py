"""The checkers are installed where types are checked (tox, `typing`), and CI runs these tests there."""

import importlib.util

collect_ignore_glob = [] if importlib.util.find_spec("mypy") else ["test_*.py"]
