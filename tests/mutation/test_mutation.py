"""Mutation: what is altered in a script, and whether its tests notice."""

from collections import defaultdict
from pathlib import Path

import pytest

from mutation.alterations import alterations
from mutation.mutants import Mutant, drawn, mutants
from mutation.trial import Verdict, Workbench
from tests.support.servers import RealServer

TESTS = ["tests/storage/test_beat.py"]


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
    """Where a beat extends no lease its tests fail, and where nothing is altered they pass."""
    line = next(mutant for mutant in mutants() if "ZADD', leases" in mutant.line and mutant.file.name == "beat.lua")
    workbench = Workbench(tmp_path, defaultdict(list), TESTS)
    assert workbench.tried(Mutant(line.file, line.number, line.line, line.line)) is Verdict.SURVIVED
    assert workbench.tried(Mutant(line.file, line.number, line.line, "")) is Verdict.KILLED
