"""``python -m bench``: runs the benchmarks and prints what they found."""

import argparse
import json
import math
import sys
import time
from pathlib import Path
from typing import Final

from bench import plot, ratios, report, server
from bench.programs import BenchFailed
from bench.race import Bench, Plan, race
from bench.report import Row
from bench.rows import BENCHES
from jobdefs.errors import JobsError

_QUICK_ROUNDS, _ROUNDS = 3, 5
# What comes after that takes up to 45 s with one round each.
_QUICK_S: Final = 130
_BEGAN_S: Final = time.monotonic()
_README: Final = Path(__file__).with_name("README.md")


def main(arguments: list[str] | None = None) -> int:
    """Return 0 when everything was measured, however fast it was; 1 when something could not be."""
    parser = _parser()
    options = parser.parse_args(arguments)
    chosen = _chosen(options.only)
    if not chosen:
        parser.error(f"no line has {' or '.join(options.only)} in it")
    plan = _plan(options)
    try:
        version = server.version()
        if options.plot:
            print(plot.draw(plan, version))
            return 0
        table = report.rows([race(bench, plan) for bench in chosen])
    except (BenchFailed, JobsError, plot.NothingToDrawWith) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    plan.note(f"measured on {time.strftime('%d %B %Y')} in {time.monotonic() - _BEGAN_S:.0f} s")
    _tell(table, plan, version, as_json=options.json)
    if options.write:
        _write(table, plan, version)
    return 0


def _plan(options: argparse.Namespace) -> Plan:
    rounds = options.rounds or (_QUICK_ROUNDS if options.quick else _ROUNDS)
    hurry_s = _BEGAN_S + _QUICK_S if options.quick and not options.rounds else math.inf
    return Plan(options.quick, rounds, _say, hurry_s)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench", description="Measures this project beside its rivals.")
    parser.add_argument("--quick", action="store_true", help="less work and 3 rounds, for less than 3 minutes")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--rounds", type=_count, help="how often each side runs (5)")
    parser.add_argument("--only", action="append", metavar="TEXT", help="measure lines that have this in them")
    parser.add_argument("--write", action="store_true", help="keep the table in bench/README.md, and the ratios")
    parser.add_argument("--plot", action="store_true", help="draw bench/plots/throughput.png instead; needs matplotlib")
    return parser


def _count(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _chosen(texts: list[str] | None) -> list[Bench]:
    return [only for bench in BENCHES if (only := bench.only(texts or [""])).lines]


def _say(line: str) -> None:
    print(f"{time.monotonic() - _BEGAN_S:4.0f} s  {line}", file=sys.stderr, flush=True)


def _size(plan: Plan) -> str:
    return "quick" if plan.quick else "full"


def _tell(table: list[Row], plan: Plan, version: str, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(report.as_json(table, plan, version), indent=2))
    else:
        print("\n".join([*report.as_table(table, plan, version), "", *ratios.compared(table, _size(plan))]))


def _write(table: list[Row], plan: Plan, version: str) -> None:
    """Keep the ratios in their file, and the table in the README."""
    ratios.write(table, _size(plan))
    told = "\n".join(report.as_table(table, plan, version))
    _README.write_text(report.placed(_README.read_text("utf-8"), _size(plan), told), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
