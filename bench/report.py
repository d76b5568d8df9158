"""What was measured, as a table for people and as JSON for programs."""

import os
import platform
from collections.abc import Iterator, Sequence
from statistics import median
from typing import Any, Final

import attrs

from bench.race import Found, Line, Plan

_TIMES: Final = "\N{MULTIPLICATION SIGN}"
_HEADER: Final = ["work", "ours", "rival", "ratio", "lowest to highest", "target", "met", "load", "busy"]


@attrs.frozen
class Row:
    """A line of the table and what its rounds found: our figures, the rival's, and their ratios, round by round."""

    line: Line
    ours: tuple[float, ...]
    rival: tuple[float, ...]
    load: float
    busy: dict[str, float]

    @property
    def ratios(self) -> tuple[float, ...]:
        """Ours by the rival's in each round: both met much the same machine."""
        return (
            tuple(own / other for own, other in zip(self.ours, self.rival, strict=True) if other) if self.rival else ()
        )

    @property
    def ratio(self) -> float | None:
        """The median of the rounds' ratios."""
        return median(self.ratios) if self.ratios else None

    @property
    def met(self) -> bool | None:
        """Whether the target was reached; None without one."""
        target = self.line.target
        value = self.ratio if target and target.of_ratio else median(self.ours)
        if target is None or value is None:
            return None
        return value <= target.bound if target.at_most else value >= target.bound


def rows(found: Sequence[Found]) -> list[Row]:
    """Return the lines of several benches."""
    return [_row(each, line) for each in found for line in each.bench.lines]


def _row(found: Found, line: Line) -> Row:
    def of(name: str) -> tuple[float, ...]:
        return tuple(figures[name] for figures in found.rounds) if name else ()

    busy = {name.rpartition(": ")[2]: median(of(name)) for name in line.beside}
    return Row(line, of(line.ours), of(line.rival), median(of("load")), busy)


def as_json(table: Sequence[Row], plan: Plan, server: str) -> dict[str, Any]:
    """Return everything that was measured, every run included."""
    return {
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "server": server},
        "quick": plan.quick,
        "rounds": plan.rounds,
        "notes": plan.notes,
        "results": [_result(row) for row in table],
    }


def _result(row: Row) -> dict[str, Any]:
    return {
        "work": row.line.work,
        "unit": row.line.unit,
        "ours": median(row.ours),
        "rival": row.line.rival or None,
        "rivals": median(row.rival) if row.rival else None,
        "ratio": row.ratio,
        "target": _target(row.line) or None,
        "met": row.met,
        "load": row.load,
        "busy": row.busy,
        "runs": {"ours": row.ours, "rivals": row.rival, "ratios": row.ratios},
    }


def as_table(table: Sequence[Row], plan: Plan, server: str) -> Iterator[str]:
    """Yield the lines of a Markdown table, and beneath it how to read it."""
    size = "--quick, " if plan.quick else ""
    yield f"{size}{plan.rounds} rounds, {os.cpu_count()} cores, Python {platform.python_version()}, {server}"
    yield ""
    cells = [_cells(row) for row in table]
    widths = [max(map(len, column)) for column in zip(_HEADER, *cells, strict=True)]
    for row in (_HEADER, ["-" * width for width in widths], *cells):
        yield f"| {' | '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))} |"
    yield ""
    yield "Figures are medians of the rounds. ratio: ours by the rival's, median and range of the rounds."
    yield "load: the machine's over the last minute. busy: percent of a core that a program took."
    yield ""
    yield from (f"- {note}" for note in plan.notes)


def placed(text: str, size: str, told: str) -> str:
    """Return a text with a table between the marks that are for tables of this size; raises ValueError without them."""
    begin, end = f"<!-- {size} -->", f"<!-- end of {size} -->"
    before, after = text[: text.index(begin)], text[text.index(end) :]
    return f"{before}{begin}\n\n{told}\n\n{after}"


def _cells(row: Row) -> list[str]:
    line = row.line
    return [
        line.work,
        f"{_number(median(row.ours), line)} {line.unit}",
        f"{_number(median(row.rival), line)}, {line.rival}" if row.rival else "",
        "" if row.ratio is None else f"{row.ratio:.3g}",
        _range(row),
        _target(line),
        {True: "yes", False: "no", None: ""}[row.met],
        f"{row.load:.1f}",
        ", ".join(f"{name} {share:.0f} %" for name, share in row.busy.items()),
    ]


def _range(row: Row) -> str:
    if row.ratios:
        return f"{min(row.ratios):.3g} to {max(row.ratios):.3g}"
    return f"{_number(min(row.ours), row.line)} to {_number(max(row.ours), row.line)}"


def _number(value: float, line: Line) -> str:
    return f"{value:,.{line.place}f}"


def _target(line: Line) -> str:
    if line.target is None:
        return ""
    sign = "≤" if line.target.at_most else "≥"
    return (
        f"{sign} {line.target.bound:g} {_TIMES}"
        if line.target.of_ratio
        else f"{sign} {line.target.bound:,g} {line.unit}"
    )
