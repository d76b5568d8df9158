"""What was measured, as a table for people and as JSON for programs."""

import os
import platform
from collections.abc import Iterator
from statistics import fmean
from typing import Any, Final

from bench.contest import Contest, Standing

_HEADER: Final = ["side", "setting", "jobs/s", "lowest to highest", "ratio", "runs", "missing", "load"]


def as_json(contest: Contest, server: str) -> dict[str, Any]:
    """Return everything that was measured, every run included."""
    best = contest.best_stock
    return {
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "server": server},
        "jobs": contest.jobs,
        "rounds": contest.rounds,
        "best_stock": best.contestant.name if best else None,
        "results": [_result(contest, standing) for standing in contest.standings],
    }


def _result(contest: Contest, standing: Standing) -> dict[str, Any]:
    ratio = contest.ratio(standing)
    return {
        "side": standing.contestant.side.value,
        "setting": standing.contestant.name,
        "jobs_per_s": round(standing.rate),
        "ratio": None if ratio is None else round(ratio, 3),
        "runs": [
            {"jobs_per_s": round(run.jobs_per_s), "missing": run.missing, "load": round(run.load, 2)}
            for run in standing.runs
        ],
    }


def as_table(contest: Contest, server: str) -> Iterator[str]:
    """Yield the lines of a Markdown table, our settings first, each side's fastest on top."""
    yield f"{contest.jobs:,} no-op jobs, {os.cpu_count()} cores, Python {platform.python_version()}, {server} in memory"
    yield ""
    rows = [_row(contest, standing) for standing in sorted(contest.standings, key=_place)]
    widths = [max(map(len, column)) for column in zip(_HEADER, *rows, strict=True)]
    for row in (_HEADER, ["-" * width for width in widths], *rows):
        yield f"| {' | '.join(map(_aligned, row, widths))} |"
    yield ""
    yield "jobs/s: the median of the runs. ratio: to the best setting of stock Huey. missing: jobs of all runs that had"
    yield "no result ten seconds after the last one. load: the machine's over the last minute, averaged."


def _place(standing: Standing) -> tuple[str, int, float]:
    return standing.contestant.side, -len(standing.runs), -standing.rate


def _row(contest: Contest, standing: Standing) -> list[str]:
    rates, ratio = [run.jobs_per_s for run in standing.runs], contest.ratio(standing)
    return [
        standing.contestant.side,
        standing.contestant.name,
        f"{standing.rate:,.0f}",
        f"{min(rates):,.0f} to {max(rates):,.0f}",
        "" if ratio is None else f"{ratio:.2f}",
        str(len(rates)),
        f"{sum(run.missing for run in standing.runs):,}",
        f"{fmean(run.load for run in standing.runs):.1f}",
    ]


def _aligned(cell: str, width: int) -> str:
    return cell.rjust(width) if cell[:1].isdigit() else cell.ljust(width)
