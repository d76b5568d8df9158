"""Survivors: what README.md says about mutants that no test notices is about lines that are there."""

import re

import pytest

from mutation.mutants import ROOT, mutants

README = (ROOT / "mutation" / "README.md").read_text("utf-8")
SURVIVORS = re.findall(r"^\| (\S+\.lua) \| `(.+?)` \| (?:`(.+?)`|gone) \| \w.+ \|$", README, re.MULTILINE)


def test_every_survivor_is_read():
    """No row of the table is passed over."""
    assert 0 < len(SURVIVORS) == README.count(".lua | `")


@pytest.mark.parametrize(("script", "line", "altered"), SURVIVORS)
def test_a_survivor_is_a_mutant(script: str, line: str, altered: str):
    """Each is a line of its script, altered as a mutant is."""
    of_script = [mutant for mutant in mutants() if mutant.place.startswith(f"{script}:")]
    assert (line, altered) in [(mutant.line.strip(), mutant.altered.strip()) for mutant in of_script]
