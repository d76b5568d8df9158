"""Mutation: what is altered in a script, and whether its tests notice."""

from pathlib import Path

import attrs
import pytest

from mutation.alterations import alterations
from mutation.mutants import drawn, mutants, unaltered
from mutation.trial import Experience, Workbench
from tests.support.servers import RealServer

# A worker collects tests before it runs any.
pytestmark = pytest.mark.timeout(300)
TESTS = ["tests/storage/test_beat.py"]
LATE = """
from pathlib import Path

def test_late():
    once = Path(__file__).with_name("once")
    seen = once.exists()
    once.touch()
    assert seen, "the condition did not come true within 10 s"
"""
IMPORT = """
import subprocess
import sys

import jobdefs

def test_import():
    program = [sys.executable, "-c", "import jobdefs; print(jobdefs.__file__)"]
    assert subprocess.check_output(program, cwd="/", text=True).strip() == jobdefs.__file__
    assert "/copy/" in jobdefs.__file__
"""


def killer_in(test: Path, text: str) -> str:
    """Return what the only test here, with this text, says of a script that is not altered."""
    test.write_text(text)
    with Workbench(test.parent / "copy", Experience(), [str(test)]) as workbench:
        return workbench.killer(unaltered(next(mutants())))


@pytest.mark.parametrize(
    ("line", "altered"),
    [
        ("-- a < b and 1", []),
        ("", []),
        ("let('and', 1)", ["", "let('and', 2)"]),
        ("  if a <= b then -- 1", ["", "  if a < b then -- 1"]),
        ("return not a", ["", "return  a"]),
    ],
)
def test_alterations(line: str, altered: list[str]):
    """A line goes as a whole, or one of its tokens becomes another; strings and comments stay."""
    assert list(alterations(line)) == altered


def test_drawn(server: RealServer):
    """The same seed draws the same mutants, and only those which a server can compile."""
    with server.client() as client:
        chosen = drawn(client, 30, 5)
        assert chosen == drawn(client, 30, 5) != drawn(client, 30, 6)
        assert all(len(client.script_load(mutant.text())) == len("sha1") * 10 for mutant in chosen)


def test_every_script_is_altered():
    """No script is left out."""
    assert {mutant.file.name for mutant in mutants()} >= {"exchange.lua", "submit.lua", "settlement.lua", "claim.lua"}


def test_a_mutant_is_noticed(tmp_path: Path):
    """Where a beat extends no lease a test fails, which is named, and where nothing is altered all pass."""
    line = next(mutant for mutant in mutants() if "ZADD', leases" in mutant.line and mutant.file.name == "beat.lua")
    with Workbench(tmp_path / "copy", Experience(), TESTS) as workbench:
        assert workbench.killer(unaltered(line)) == ""
        assert workbench.killer(attrs.evolve(line, altered="")).startswith(TESTS[0])
        assert workbench.killer(unaltered(line)) == ""


def test_late_once(tmp_path: Path):
    """A test that is late the first time only, as on a busy machine, does not speak against a mutant."""
    assert killer_in(tmp_path / "test_late.py", LATE) == ""


def test_late_twice(tmp_path: Path):
    """A test that is late each time does."""
    assert killer_in(tmp_path / "test_late.py", LATE.replace("once.touch()", "")).endswith("::test_late")


def test_the_copy_is_tried(tmp_path: Path):
    """What is imported is the copy, also in a program that a test starts."""
    assert killer_in(tmp_path / "test_import.py", IMPORT) == ""


def test_tests_that_cannot_be_run(tmp_path: Path):
    """Where the tests cannot even be read, no mutant counts as killed."""
    with pytest.raises(RuntimeError, match="SyntaxError"):
        killer_in(tmp_path / "test_broken.py", "def")
