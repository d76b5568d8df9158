"""Puts what the fault suite measured behind each promise that names a row of its table, as in `[F1](faults.md)`."""

import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Final, Self

import attrs

_DOCUMENT: Final = Path(__file__).with_name("faults.md")
_LINE: Final = re.compile(r"^\| (F\d+\w?) .*\|$", re.MULTILINE)
_NAMED: Final = re.compile(r"(\[(F\d+\w?)\]\(faults\.md\))(?: \([^)]*\))?")


@attrs.frozen
class Figures:
    """What one row found: acknowledged jobs, how many of them were lost, repeated runs and their bound, seconds."""

    acknowledged: int
    lost: int
    repeated: int
    bound: int
    back_s: float

    @classmethod
    def of(cls, line: str) -> Self | None:
        """Read a line of the table; None where the fault could not be brought about on that machine."""
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        acknowledged, lost, repeated, bound = (int(cells[number].replace(",", "")) for number in (3, 4, 6, 7))
        return cls(acknowledged, lost, repeated, bound, float(cells[8].removesuffix(" s"))) if acknowledged else None

    def __add__(self, other: Self) -> Self:
        return type(self)(
            self.acknowledged + other.acknowledged,
            self.lost + other.lost,
            self.repeated + other.repeated,
            self.bound + other.bound,
            max(self.back_s, other.back_s),
        )

    def __str__(self) -> str:
        again = f", {self.repeated:,} of at most {self.bound:,} run again" if self.bound else ", none run again"
        return f"{self.lost:,} of {self.acknowledged:,} lost{again}, back after {self.back_s:.1f} s"


def measured() -> dict[str, Figures]:
    """Return the figures of each row of the table, over all servers on which it ran."""
    lines = [(match[1], Figures.of(match[0])) for match in _LINE.finditer(_DOCUMENT.read_text("utf-8"))]
    return {row: sum(rest, first) for row, (first, *rest) in _grouped(lines)}


def _grouped(lines: list[tuple[str, Figures | None]]) -> Iterator[tuple[str, list[Figures]]]:
    for row, group in groupby(lines, key=lambda line: line[0]):
        if found := [figures for _, figures in group if figures]:
            yield row, found


def filled(text: str) -> str:
    """Return a document's text with the figures of today's table behind each row that it names."""
    known = measured()
    return _NAMED.sub(lambda named: f"{named[1]} ({known[named[2]]})" if named[2] in known else named[1], text)
