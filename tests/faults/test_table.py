"""The table of faults: what it shows of outcomes, and where it is written."""

import re
from pathlib import Path
from typing import Any

import attrs
import pytest

from faults import table
from faults.judge import INVARIANTS
from faults.outcome import Outcome
from faults.schedule import Plan

OURS = Outcome(
    row="F1",
    title="a fault",
    system="ours",
    server="redis",
    seed=7,
    acknowledged=1_234,
    repeated=5,
    bound=18,
    recovered_s=2.25,
    evidence="2 died",
    checked=tuple(invariant.id for invariant in INVARIANTS),
)
RIVAL = attrs.evolve(OURS, system="stock Huey", lost=13, repeated=2)


def shown(*outcomes: Outcome) -> list[str]:
    plan = Plan(place=Path(), seed=7, quick=True)
    return list(table.lines(table.pairs(outcomes), plan, seconds=60))


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("|")[1:-1]]


def test_both_systems_in_one_line() -> None:
    """A line has our counts and what they may be, the rival's losses beside them, and the evidence."""
    line = [*cells(shown(OURS, RIVAL)[-1])]
    assert line[:10] == ["F1", "a fault", "redis", "1,234", "0", "0", "5", "18", "2.2 s", f"{len(INVARIANTS)} held"]
    assert line[10:] == ["13 of 1,234", "2", "2 died"]


def test_the_head_says_how_to_repeat_it() -> None:
    """Above the table stand the day, the size, the seed, and the versions of what was used."""
    head = " ".join(shown(OURS)[:2])
    assert all(word in head for word in ("a quick run, seed 7, 60 s", "Python 3.", "Redis "))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"violations": ("I1: order 7", "I1: order 8", "I12: off")}, "**I1, I12 broken**"),
        ({"checked": (), "violations": ("the trial broke off: TimeoutError",)}, "**broken off**"),
        ({"evidence": ""}, "**no sign of the fault**"),
    ],
)
def test_what_failed_is_told(changes: dict[str, Any], told: str) -> None:
    """A row that failed names the invariants, or says that the fault did not happen; it has not passed."""
    outcome = attrs.evolve(OURS, **changes)
    assert told in shown(outcome)[-1]
    assert not outcome.passed


def test_what_cannot_hold_is_told() -> None:
    """Of a row that leaves an invariant out, the table says which."""
    checked = tuple(each for each in OURS.checked if each != "I5")
    assert f"{len(checked)} held, without I5" in shown(attrs.evolve(OURS, checked=checked))[-1]


def test_the_document_explains_each_invariant() -> None:
    """Every invariant has a line in docs/faults.md, and no line there is about another."""
    text = table.DOCUMENT.read_text()
    assert re.findall(r"^\| (I\d+) \|", text, re.MULTILINE) == [invariant.id for invariant in INVARIANTS]


def test_a_row_without_rival() -> None:
    """Where the rival cannot be harmed in the same way, its cells are empty."""
    assert cells(shown(OURS)[-1])[10:12] == ["", ""]


def test_an_outcome_travels() -> None:
    """What one process writes as a line another one reads."""
    outcome = attrs.evolve(OURS, violations=("I1: order 7",), figures={"longest": "1 ms"})
    assert Outcome.from_json(outcome.to_json()) == outcome


def test_it_is_written_between_its_marks(tmp_path: Path) -> None:
    """The table replaces the one before it in the document, and nothing else."""
    document = tmp_path / "faults.md"
    document.write_text("before\n<!-- faults -->\nold\n<!-- end of faults -->\nafter\n")
    table.write("new", document)
    assert document.read_text() == "before\n<!-- faults -->\n\nnew\n\n<!-- end of faults -->\nafter\n"
    with pytest.raises(ValueError, match="substring not found"):
        table.write("new", Path(__file__).with_name("conftest.py"))
