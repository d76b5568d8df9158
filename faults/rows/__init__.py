"""The rows of the table, a file for each group of faults; whatever file here has ``ROWS`` in it is one."""

import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Final

from faults.row import Row


def _found() -> Iterator[Row]:
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        yield from import_module(module.name).ROWS


def _place(row: Row) -> tuple[int, str]:
    return int(re.sub(r"\D", "", row.id)), row.id


ROWS: Final[dict[str, Row]] = {row.id: row for row in sorted(_found(), key=_place)}
