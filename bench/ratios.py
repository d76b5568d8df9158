"""The ratios that were committed, and whether today's are worse: a report, never a verdict.

A machine that others use makes ratios vary, too: between quick runs at loads of 2 and of 4, medians moved by up to half
beyond the range of the other run's rounds, 99th percentiles by more. So only what lies further out is told.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from bench.report import Row

PATH: Final = Path(__file__).with_name("ratios.json")
TOLERANCE: Final = 1.5


def compared(table: Sequence[Row], size: str, path: Path = PATH) -> Iterator[str]:
    """Yield a line for each ratio that is worse or better than it was, and one that counts the others."""
    known: dict[str, Any] = _read(path).get(size, {})
    alike = 0
    for row in table:
        if row.ratio is None or row.line.name not in known:
            continue
        word = _word(
            row.ratio, known[row.line.name]["lowest"], known[row.line.name]["highest"], lower=row.line.lower_is_better
        )
        alike += not word
        if word:
            yield f"{word}: {row.line.name}: {row.ratio:.3g}, was {known[row.line.name]['ratio']:.3g}"
    yield f"{alike} ratios are as in {path.name}, within {TOLERANCE:g} times the range of its rounds"


def _word(ratio: float, lowest: float, highest: float, *, lower: bool) -> str:
    below, above = ratio < lowest / TOLERANCE, ratio > highest * TOLERANCE
    if not below and not above:
        return ""
    return "BETTER" if below is lower else "WORSE"


def write(table: Sequence[Row], size: str, path: Path = PATH) -> None:
    """Keep these ratios for comparison; those of lines that were not measured stay."""
    known = _read(path)
    known.setdefault(size, {}).update({row.line.name: _kept(row) for row in table if row.ratio is not None})
    path.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n", "utf-8")


def _kept(row: Row) -> dict[str, float]:
    values = {"ratio": row.ratio or 0.0, "lowest": min(row.ratios), "highest": max(row.ratios)}
    return {name: float(f"{value:.3g}") for name, value in values.items()}


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return found
