"""``python -m bench.chaos``: kills consumers under load, and tells whether a promise was broken."""

import argparse
import sys
import tempfile
from pathlib import Path
from shutil import rmtree

from loguru import logger

from bench.chaos.account import broken, figures
from bench.chaos.battle import Plan, fight
from jobdefs.errors import JobsError

_SHOWN = 20


def main(arguments: list[str] | None = None) -> int:
    """Return 0 if every promise was kept, 1 otherwise; then the book and the logs stay where they are."""
    # What the service says of itself belongs into its own log.
    logger.disable("service")
    plan, place = _plan(arguments), Path(tempfile.mkdtemp(prefix="chaos-"))
    try:
        battle = fight(plan, place, _say)
    except JobsError as error:
        _say(f"chaos: {error}")
        return 1
    for name, value in figures(plan, battle).items():
        print(f"{name:32} {value}")
    if violations := broken(battle):
        print("\n".join(violations[:_SHOWN]))
        print(f"{len(violations)} promises broken; the book and the logs are in {place}")
        return 1
    print("no promise broken: 0 lost, 0 innocents dead")
    rmtree(place)
    return 0


def _plan(arguments: list[str] | None) -> Plan:
    usual = Plan()
    parser = argparse.ArgumentParser(prog="bench.chaos", description="Kills consumers under load.")
    parser.add_argument("--jobs", type=int, default=usual.jobs, help=f"how many jobs are put in ({usual.jobs:,})")
    parser.add_argument("--seconds", type=float, default=usual.seconds, help=f"for how long ({usual.seconds:g})")
    parser.add_argument("--every", type=float, default=usual.every_s, help=f"seconds between kills ({usual.every_s:g})")
    parser.add_argument("--seed", type=int, default=usual.seed, help=f"of the mix and the kills ({usual.seed})")
    given = parser.parse_args(arguments)
    return Plan(jobs=given.jobs, seconds=given.seconds, every_s=given.every, seed=given.seed)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
