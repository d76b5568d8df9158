"""``python -m faults.poison``: one job among many ends every process that runs it; nobody else may come to harm."""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree
from typing import Final

from faults import trial
from faults.judge import Case
from faults.row import Row, held_per_death
from faults.rows.pills import died, keep_alive, only_pills_die, with_pills
from faults.server import available
from faults.setup import Setup
from faults.stage import Stage
from faults.systems import Ours
from jobdefs.errors import SettingsError
from jobdefs.state import State

WAYS: Final = ("exit", "segv", "memory")
_STARTS: Final = 3


def row(way: str, innocents: int) -> Row:
    """Return a round: a pill of one way among innocents."""
    return Row(
        id=f"poison-{way}",
        title=f"a job ends its process: {way}",
        setup=Setup(jobs=(innocents, innocents), seconds=(1.0, 1.0), workers=8, concurrency=8, api=False),
        inject=keep_alive,
        evidence=died,
        orders=lambda stage: with_pills(stage, way),
        bound=held_per_death,
        promises=_only_the_pill_dies,
        figures=_figures,
    )


def _only_the_pill_dies(stage: Stage, case: Case) -> Iterator[str]:
    """A pill begins three times, takes two consumers along, and tells its memory."""
    yield from only_pills_die(stage, case)
    (pill,) = [story for story in case.told.values() if not story.harmless]
    if len(pill.runs) != _STARTS or len(stage.fleet.codes) != _STARTS - 1:
        yield f"the pill began {len(pill.runs)} times, and took {len(stage.fleet.codes)} consumers with it"
    if pill.record and pill.record.error and "peak memory" not in pill.record.error.message:
        yield f"the pill does not tell its memory: {pill.record.error.message}"


def _figures(_stage: Stage, case: Case) -> dict[str, str]:
    records = [record for story, record in case.known if story.harmless]
    (pill,) = [record.error for story, record in case.known if not story.harmless]
    return {
        "innocents dead": f"{sum(record.state is State.DEAD for record in records)} of {len(records)}",
        "suspects": str(sum(record.lost > 1 for record in records)),
        "the pill": pill.message if pill else "lives",
    }


def main(arguments: list[str] | None = None) -> int:
    """Return 0 if no innocent died and every pill did, 1 otherwise; then the ledgers and the logs are kept."""
    given, bad = _parser().parse_args(arguments), 0
    try:
        kind = available()
    except SettingsError as error:
        print(f"poison: {error}", file=sys.stderr)
        return 1
    place = Path(tempfile.mkdtemp(prefix="poison-"))
    for number in range(given.rounds * len(WAYS)):
        way, folder = WAYS[number % len(WAYS)], place / str(number)
        folder.mkdir()
        outcome = trial.run(row(way, given.innocents), Ours(), kind, folder, seed=number, quick=False)
        told = "; ".join(f"{name}: {value}" for name, value in outcome.figures.items())
        print("\n".join([f"{way:6}  {told}; {outcome.seconds:.1f} s", *outcome.violations]), flush=True)
        bad += not outcome.passed
    print(f"{bad} of {given.rounds * len(WAYS)} rounds broke a promise")
    if bad:
        print(f"the ledgers and the logs are in {place}")
        return 1
    rmtree(place)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="faults.poison", description="Puts a job that kills its process among others."
    )
    parser.add_argument("--rounds", type=int, default=10, help="how often for each way of dying (10)")
    parser.add_argument("--innocents", type=int, default=600, help="how many jobs are put in beside the pill (600)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
