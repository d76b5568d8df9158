"""The rows of the table, a file for each group of faults; a new group is named here."""

from typing import Final

from faults.row import Row
from faults.rows import blocked, consumers, disks, frozen, links, pills, restarts

_GROUPS: Final = (
    consumers,
    pills,
    blocked,
    frozen,
    restarts,
    disks,
    links,
)
ROWS: Final[dict[str, Row]] = {row.id: row for group in _GROUPS for row in group.ROWS}
