"""The trial of a mutant: the tests of the scripts, run on a copy of the project that has the mutant in it."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import attrs

from mutation.mutants import ROOT, Mutant
from mutation.worker import Answer, Order

_COPIED: Final = ("jobdefs", "service", "consumer", "tests", "models", "mutation", "bench", "pyproject.toml")
# What takes seconds comes when all else has passed; what runs no script of a job does not come at all.
_LAST: Final = ("test_footprint.py", "test_bounds.py", "test_agreement.py")
_APART: Final = ("test_private_server.py", "test_driver_addresses.py")


class Experience:
    """What was seen of the tests: which scripts each reads, how long it takes, and how many mutants it has killed."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[float, tuple[str, ...]]] = {}
        self._kills: defaultdict[Path, Counter[str]] = defaultdict(Counter)

    def tests(self, mutant: Mutant) -> tuple[str, ...]:
        """Return the tests that can notice a mutant: first the best of its file, then the shortest."""
        able = [test for test, (_, read) in self._seen.items() if mutant.file.name in read]
        kills = self._kills[mutant.file]
        return tuple(sorted(able, key=lambda test: (-kills[test], self._seen[test][0])))

    def note(self, mutant: Mutant, answer: Answer) -> None:
        """Learn from an answer; the first one should be about all of the tests."""
        self._seen = self._seen or answer.seen
        if answer.killer:
            self._kills[mutant.file][answer.killer] += 1


class Workbench:
    """A copy of the project in ``place``, on which one mutant after the other is tried; close it.

    ``experience`` is shared among workbenches; without any, all tests are run.
    ``tests`` are the files of tests that are run, relative to the project; those of the storage if there are none.
    """

    def __init__(self, place: Path, experience: Experience, tests: Sequence[str] = ()) -> None:
        self._place, self._experience = place, experience
        for name in _COPIED:
            source = ROOT / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, place / name)
        ours, theirs = socket.socketpair()
        with theirs, (place / "log").open("w") as log:
            # The copy comes before what is installed, for each program that a test starts, too.
            self._worker = subprocess.Popen(
                [sys.executable, "-m", "mutation.worker", *(tests or _in_order(place))],
                cwd=place,
                env=os.environ | {"PYTHONPATH": str(place)},
                stdin=theirs.fileno(),
                stdout=log,
                stderr=log,
            )
        with ours:
            self._line = ours.makefile("rw")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._line.close()
        self._worker.wait()

    def killer(self, mutant: Mutant) -> str:
        """Return the test that notices the mutant, nothing if it survives.

        Raises RuntimeError where the tests cannot be run.
        """
        answer = self._run(mutant, self._experience.tests(mutant))
        # A machine that is busy is late, too: only who is late twice is so by the mutant.
        if answer.late:
            answer = self._run(mutant, self._experience.tests(mutant))
        self._experience.note(mutant, answer)
        return answer.killer

    def _run(self, mutant: Mutant, tests: tuple[str, ...]) -> Answer:
        order = Order(str(mutant.file), mutant.text(), tests)
        print(json.dumps(attrs.asdict(order)), file=self._line, flush=True)
        told = self._line.readline()
        shutil.copy(ROOT / mutant.file, self._place / mutant.file)
        if not told:
            raise RuntimeError((self._place / "log").read_text("utf-8"))
        return Answer(**json.loads(told))


def _in_order(place: Path) -> list[str]:
    files = [file for file in sorted((place / "tests" / "storage").glob("test_*.py")) if file.name not in _APART]
    files.sort(key=lambda file: _LAST.index(file.name) if file.name in _LAST else -1)
    return [str(file.relative_to(place)) for file in files]
