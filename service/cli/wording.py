"""What a person reads: ages, moments, tables, and text from outside that cannot steer the terminal."""

import json
import shutil
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from jobdefs.clock import from_epoch_ms

# `jobs` is the same program, but interactive shells have a builtin of that name.
PROGRAM: Final = "aiohttp-huey"

_STEPS: Final = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1_000, "s"))


def invocation() -> str:
    """Return how this program is called again, from the same directory and by the name that works in any shell."""
    path = Path(sys.argv[0]).with_name(PROGRAM)
    here = Path.cwd()
    if path.is_relative_to(here):
        return str(path.relative_to(here))
    return PROGRAM if shutil.which(PROGRAM) == str(path) else str(path)


def now_ms() -> int:
    """Return this machine's time, as stored moments are written."""
    return int(datetime.now(UTC).timestamp() * 1000)


def duration(length_ms: int) -> str:
    """Return a duration in its largest whole unit: ``850 ms``, ``3 s``, ``12 min``."""
    for unit_ms, unit in _STEPS:
        if length_ms >= unit_ms:
            return f"{length_ms // unit_ms} {unit}"
    return f"{length_ms} ms"


def age(moment_ms: int | None, now: int) -> str:
    """Return how long ago a moment was, or how far ahead it is; ``-`` for None."""
    if moment_ms is None:
        return "-"
    return f"{duration(now - moment_ms)} ago" if moment_ms <= now else f"in {duration(moment_ms - now)}"


def clock(moment_ms: int) -> str:
    """Return a moment in local time, as a person reads it."""
    try:
        return from_epoch_ms(moment_ms).astimezone().isoformat(" ", "milliseconds")
    except OverflowError:
        return "after the year 9999"


def document(value: Any) -> str:
    """Return what ``--json`` prints: one JSON document."""
    return json.dumps(value, indent=2)


def printable(text: str) -> str:
    """Return the text with everything escaped that a terminal would obey instead of show; lines and tabs stay."""
    return "".join(letter if letter.isprintable() or letter in "\n\t" else _escaped(letter) for letter in text)


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    """Yield a table's lines: columns as wide as their widest cell, numbers to the right."""
    cells = [[printable(str(cell)).replace("\n", " ") for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(heads, *cells, strict=True)]
    right = [bool(rows) and all(isinstance(row[place], int) for row in rows) for place in range(len(heads))]
    for line in (heads, *cells):
        padded = (
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(line, widths, right, strict=True)
        )
        yield "  ".join(padded).rstrip()


def _escaped(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")
