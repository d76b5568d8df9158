"""The table of faults, for a terminal and for docs/faults.md."""

import os
import platform
import time
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

import attrs

from faults import server
from faults.judge import INVARIANTS
from faults.outcome import Outcome
from faults.process import ROOT
from faults.schedule import Plan

DOCUMENT: Final = ROOT / "docs" / "faults.md"
_BEGIN: Final = "<!-- faults -->"
_END: Final = "<!-- end of faults -->"
_HEADER: Final = (
    *("", "fault", "server", "acknowledged", "lost", "may lose", "repeated", "at most", "back after", "invariants"),
    *("stock Huey lost", "it repeated", "that it happened"),
)


@attrs.frozen
class Pair:
    """Our outcome in a row, and the rival's if it can be harmed in the same way."""

    ours: Outcome
    rival: Outcome | None


def pairs(outcomes: Sequence[Outcome]) -> list[Pair]:
    """Put each rival's outcome beside ours of the same row and server."""
    found = []
    for _, group in groupby(outcomes, key=lambda outcome: (outcome.row, outcome.server)):
        both = list(group)
        ours = next(each for each in both if each.system == "ours")
        found.append(Pair(ours, next((each for each in both if each is not ours), None)))
    return found


def lines(found: Sequence[Pair], plan: Plan, seconds: float) -> Iterator[str]:
    """Yield the table in Markdown, and above it what it was made on."""
    size = "a quick run" if plan.quick else "a full run"
    yield f"{time.strftime('%d %B %Y')}, {size}, seed {plan.seed}, {seconds:.0f} s, {os.cpu_count()} cores,"
    servers = [server.installed(kind) for kind in server.KINDS if kind in {pair.ours.server for pair in found}]
    yield f"{platform.system()} {platform.release()}, Python {platform.python_version()}, {', '.join(servers)}:"
    yield ""
    cells = [_cells(pair) for pair in found]
    widths = [max(map(len, column)) for column in zip(_HEADER, *cells, strict=True)]
    for row in (_HEADER, ["-" * max(3, width) for width in widths], *cells):
        yield f"| {' | '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))} |"


def _cells(pair: Pair) -> list[str]:
    ours, rival = pair.ours, pair.rival
    return [
        ours.row,
        ours.title,
        ours.server,
        f"{ours.acknowledged:,}",
        f"{ours.lost:,}",
        ours.loss,
        f"{ours.repeated:,}",
        f"{ours.bound:,}",
        "never" if ours.recovered_s is None else f"{ours.recovered_s:.1f} s",
        _invariants(ours),
        *_rivals(rival),
        evidence(ours),
    ]


def evidence(outcome: Outcome) -> str:
    """Return what proves that the fault happened, or that nothing does."""
    if outcome.skipped:
        return f"**not run here**: {outcome.skipped}"
    return f"{outcome.evidence}{_figures(outcome)}" if outcome.evidence else "**no sign of the fault**"


def _figures(outcome: Outcome) -> str:
    return "".join(f"; {name}: {value}" for name, value in outcome.figures.items())


def _rivals(rival: Outcome | None) -> tuple[str, str]:
    if rival is None:
        return "", ""
    if not rival.evidence:
        return "no fault", ""
    return f"{rival.lost:,} of {rival.acknowledged:,}{_figures(rival)}", f"{rival.repeated:,}"


def _invariants(outcome: Outcome) -> str:
    if outcome.skipped:
        return ""
    if not outcome.violations:
        return f"{len(outcome.checked)} held{_unasked(outcome)}"
    if outcome.broke_off:
        return "**broken off**"
    broken = dict.fromkeys(line.partition(":")[0] for line in outcome.violations)
    return f"**{', '.join(broken)} broken**"


def _unasked(outcome: Outcome) -> str:
    """Return which invariants cannot hold in this row."""
    left_out = [invariant.id for invariant in INVARIANTS if invariant.id not in outcome.checked]
    return f", without {', '.join(left_out)}" if left_out else ""


def write(told: str, document: Path = DOCUMENT) -> None:
    """Put the table between its marks in a document; raises ValueError where there are none."""
    text = document.read_text("utf-8")
    before, after = text[: text.index(_BEGIN)], text[text.index(_END) :]
    document.write_text(f"{before}{_BEGIN}\n\n{told}\n\n{after}", "utf-8")
