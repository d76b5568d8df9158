from pathlib import Path

import pytest

from docs.tables import DOCUMENTS, TABLES, filled


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_tables_are_in_step_with_the_code(document: Path) -> None:
    """What a document says of settings, routes, codes, numbers and states is the code's; docs/tables.py renews it."""
    assert document.read_text() == filled(document.read_text())


def test_every_table_is_shown_somewhere() -> None:
    """No table is made for nobody."""
    shown = "".join(document.read_text() for document in DOCUMENTS)

    assert [name for name in TABLES if f"<!-- table: {name} -->" not in shown] == []
