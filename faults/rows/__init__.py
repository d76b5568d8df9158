"""The rows of the table, a file for each group of faults; a new group is named here."""

import re
from typing import Final

from faults.row import Row
from faults.rows import (
    blocked,
    builds,
    clocks,
    consumers,
    consumers_clock,
    disks,
    emptied,
    frozen,
    garbage,
    links,
    memory,
    pills,
    replicas,
    replies,
    restarts,
    scripts,
    silence,
    slow,
    storm,
    torn,
)

_GROUPS: Final = (
    blocked,
    builds,
    clocks,
    consumers,
    consumers_clock,
    disks,
    emptied,
    frozen,
    garbage,
    links,
    memory,
    pills,
    replicas,
    replies,
    restarts,
    scripts,
    silence,
    slow,
    storm,
    torn,
)


def _place(row: Row) -> tuple[int, str]:
    return int(re.sub(r"\D", "", row.id)), row.id


_FOUND: Final = [row for group in _GROUPS for row in group.ROWS]
ROWS: Final[dict[str, Row]] = {row.id: row for row in sorted(_FOUND, key=_place)}
