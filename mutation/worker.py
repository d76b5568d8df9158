"""``python -m mutation.worker``: has the tests of the scripts ready, and tells of each mutant which of them notices it.

Standard input is a socket: a line of JSON puts a script in place, and one comes back as the answer. Collecting tests
takes longer than most trials do, so it is done once, and a fork of the process runs them, up to the first that fails.
"""

import json
import os
import re
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TextIO

import attrs
import pytest

from jobdefs.storage.scripts import script

# What pytest-timeout and tests/support/waiting.py say.
_LATE: Final = re.compile(r"Timeout \(>|did not come true within")
# One kind of server is enough: that both behave alike is what the tests show of the scripts that are not altered.
_OPTIONS: Final = ("-x", "-q", "--tb=line", "-k", "not valkey", "-o", "timeout=120")
# Hypothesis's plugin is loaded at the end of each fork, which takes longer than most tests.
_UNUSED: Final = ("-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:hypothesispytest")
# So is one of the long lives that are led at random.
_LIVES: Final = "tests/storage/test_agreement.py::test_everything_agrees_in_any_life"
_LEFT_OUT: Final = tuple(f"--deselect={_LIVES}[redis-{seed}]" for seed in (1, 2))

_ANSWERED: Final = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)


@attrs.frozen
class Order:
    """Text to try in a file, and the tests to run, in this order; all of them if there are none."""

    file: str
    text: str
    tests: tuple[str, ...]


@attrs.frozen
class Answer:
    """The test that failed, empty if none did, whether it only waited too long, and what was seen of each test.

    That is how long it took, in s, and the files of which scripts it read.
    """

    killer: str = ""
    late: bool = False
    seen: dict[str, tuple[float, tuple[str, ...]]] = attrs.field(factory=dict)


class Trials:
    """A plugin of pytest that runs the collected tests once for each order, each time in a fork of the process."""

    def __init__(self, asker: TextIO) -> None:
        self._asker = asker
        self._forked, self._answer = False, Answer()
        self._read: set[str] = set()
        sys.addaudithook(self._watch)

    def _watch(self, event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and str(arguments[0]).endswith(".lua"):
            self._read.add(Path(str(arguments[0])).name)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Run the tests for each order; what is left for pytest to do is done in the forks."""
        for line in self._asker:
            order = Order(**json.loads(line))
            Path(order.file).write_text(order.text, "utf-8")
            if child := os.fork():
                if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) not in _ANSWERED:
                    break
                continue
            self._forked = True
            if order.tests:
                items = {item.nodeid: item for item in session.items}
                session.items = [items[test] for test in order.tests]
            return None
        return True

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """See which scripts a test reads, and how long it takes."""
        script.cache_clear()
        self._read.clear()
        began = time.monotonic()
        told = yield
        self._answer.seen[item.nodeid] = time.monotonic() - began, tuple(self._read)
        return told

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep in mind which test failed first."""
        if report.failed and not self._answer.killer:
            late = _LATE.search(report.longreprtext) is not None
            self._answer = attrs.evolve(self._answer, killer=report.nodeid, late=late)

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Tell the answer, if the tests could be run."""
        if self._forked and exitstatus in _ANSWERED:
            print(json.dumps(attrs.asdict(self._answer)), file=self._asker, flush=True)


def main(tests: list[str]) -> int:
    """Serve whoever is at the other end of standard input, until he hangs up."""
    with socket.socket(fileno=os.dup(0)).makefile("rw") as asker:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        return pytest.main([*_OPTIONS, *_UNUSED, *_LEFT_OUT, *tests], plugins=[Trials(asker)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
