"""The trial of a mutant: the tests of the scripts, run on a copy of the project that has the mutant in it."""

import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Final

from mutation.mutants import ROOT, Mutant

_COPIED: Final = ("jobdefs", "service", "consumer", "tests", "models", "pyproject.toml")
_FAILED: Final = re.compile(r"^(?:FAILED|ERROR) (\S+?\.py)", re.MULTILINE)
# What asks for seconds comes when all else has passed; what runs no script of a job does not come at all.
_LAST: Final = ("test_bounds.py", "test_agreement.py")
_APART: Final = ("test_private_server.py", "test_driver_addresses.py")
# One kind of server is enough: that both behave alike is what the tests show of the scripts that are not altered.
_OPTIONS: Final = ("-x", "-q", "-rfE", "-k", "not valkey", "-p", "no:cacheprovider", "-p", "no:xdist")
_TEST_S: Final = 30
_PATIENCE_S: Final = 300


class Verdict(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    TIMED_OUT = "timed out"
    SURVIVED = "survived"


class Workbench:
    """A copy of the project in ``place``, on which one mutant after the other is tried.

    ``killers`` is shared among workbenches: which test files killed a mutant of which script; they come first.
    ``tests`` are the files of tests that are run, relative to the project; those of the storage if there are none.
    """

    def __init__(self, place: Path, killers: defaultdict[Path, list[str]], tests: Sequence[str] = ()) -> None:
        self._place, self._killers = place, killers
        for name in _COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, place / name, ignore=shutil.ignore_patterns("__pycache__"))
            elif source.exists():
                shutil.copy(source, place / name)
        self._tests = tests or _in_order(place)

    def sound(self) -> bool:
        """Whether the tests pass with nothing altered; else no verdict means anything."""
        return self._run(self._tests) is None

    def tried(self, mutant: Mutant) -> Verdict:
        """Return whether the tests notice the mutant."""
        target, known = self._place / mutant.file, self._killers[mutant.file]
        target.write_text(mutant.text(), "utf-8")
        try:
            killer = self._run(sorted(self._tests, key=lambda test: test not in known))
        except subprocess.TimeoutExpired:
            return Verdict.TIMED_OUT
        finally:
            shutil.copy(ROOT / mutant.file, target)
        if killer is None:
            return Verdict.SURVIVED
        known.append(killer)
        return Verdict.KILLED

    def _run(self, tests: Sequence[str]) -> str | None:
        """Run these test files; return the one that failed first, None if all passed."""
        command = [sys.executable, "-m", "pytest", *_OPTIONS, "-o", f"timeout={_TEST_S}", *tests]
        ended = subprocess.run(
            command, cwd=self._place, capture_output=True, text=True, check=False, timeout=_PATIENCE_S
        )
        if ended.returncode == 0:
            return None
        failed = _FAILED.search(ended.stdout)
        return failed[1] if failed else "none"


def _in_order(place: Path) -> list[str]:
    files = [file for file in sorted((place / "tests" / "storage").glob("test_*.py")) if file.name not in _APART]
    files.sort(key=lambda file: _LAST.index(file.name) if file.name in _LAST else -1)
    return [str(file.relative_to(place)) for file in files]
