import re
from pathlib import Path

import pytest

from docs import figures
from docs.tables import DOCUMENTS, PROMISES, ROOT, TABLES, filled
from faults.rows import ROWS


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_tables_are_in_step_with_the_code(document: Path) -> None:
    """What a document says of settings, routes, codes, numbers and states is the code's; docs/tables.py renews it."""
    assert document.read_text() == filled(document.read_text())


def test_every_table_is_shown_somewhere() -> None:
    """No table is made for nobody."""
    shown = "".join(document.read_text() for document in DOCUMENTS)

    assert [name for name in TABLES if f"<!-- table: {name} -->" not in shown] == []


def test_promises_have_the_figures_of_the_table_of_faults() -> None:
    """Behind each promise stands what its row of docs/faults.md measured today; docs/tables.py renews it."""
    assert PROMISES.read_text() == figures.filled(PROMISES.read_text())


def test_what_a_promise_rests_on_is_there() -> None:
    """Each promise names rows of the fault suite, or a file of tests, that exist."""
    promises = PROMISES.read_text()

    assert set(re.findall(r"\[(F\w+)\]\(faults\.md\)", promises)) <= set(ROWS)
    assert [name for name in re.findall(r"`(tests/\S+)`", promises) if not (ROOT / name).exists()] == []
    assert [line for line in promises.splitlines() if re.search(r"\| *\|$", line)] == []


def test_figures_of_a_row() -> None:
    """A row that ran on both servers counts as one."""
    one = "| F1 | killed | redis | 1,200 | 0 | 0 | 24 | 96 | 2.1 s | 13 held |"
    other = "| F1 | killed | valkey | 300 | 0 | 0 | 0 | 0 | 3.0 s | 13 held |"
    first, second = (found for line in (one, other) if (found := figures.Figures.of(line)))

    assert str(first + second) == "0 of 1,500 lost, 24 of at most 96 run again, back after 3.0 s"
