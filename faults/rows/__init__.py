"""The rows of the table, a file for each group of faults; a new group is named here."""

from typing import Final

from faults.row import Row
from faults.rows import blocked, consumers, frozen, pills

ROWS: Final[dict[str, Row]] = {row.id: row for group in (consumers, pills, blocked, frozen) for row in group.ROWS}
