"""``python -m faults``: brings faults about in whole systems, and tells whether what is promised held."""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from shutil import rmtree
from typing import Final

import attrs

from faults import schedule, server, table
from faults.outcome import Outcome
from faults.rows import ROWS
from faults.schedule import Entry, Plan
from jobdefs.errors import SettingsError

_SHOWN: Final = 20


def main(arguments: list[str] | None = None) -> int:
    """Return 0 if every fault happened and everything held; 1 otherwise, and then the ledgers and logs are kept."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.ours and options.write:
        parser.error("--write keeps a table with stock Huey in it: leave out --ours")
    began, place = time.monotonic(), Path(tempfile.mkdtemp(prefix="faults-"))
    plan = _plan(options, place)
    try:
        entries = _entries(options)
        outcomes = schedule.run(entries, plan, lambda outcome: _say(outcome, time.monotonic() - began))
    except SettingsError as error:
        parser.error(str(error))
    except KeyboardInterrupt:
        return 130
    told = "\n".join(table.lines(table.pairs(outcomes), plan, time.monotonic() - began))
    print(json.dumps([attrs.asdict(outcome) for outcome in outcomes], indent=2) if options.json else told)
    if options.write:
        table.write(told)
    return _verdict([outcome for outcome in outcomes if outcome.failed], place)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="faults", description="Brings faults about, and balances the ledgers.")
    parser.add_argument("--quick", action="store_true", help="fewer jobs and faults, for less than 6 minutes")
    parser.add_argument("--only", action="append", metavar="ID", choices=ROWS, help="one row, such as F1; repeatable")
    parser.add_argument("--seed", type=int, help="of the mix of jobs and the moments of faults; told in the table")
    parser.add_argument("--server", choices=(*server.KINDS, "both"), help="instead of each row on one of them in turn")
    parser.add_argument("--at-once", type=int, default=Plan.__attrs_attrs__.at_once.default, help="rows at a time")
    parser.add_argument("--again", action="store_true", help="run a row that failed beside others once more by itself")
    parser.add_argument("--ours", action="store_true", help="without stock Huey beside it, in half the time")
    parser.add_argument("--write", action="store_true", help="keep the table in docs/faults.md")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    return parser


def _plan(options: argparse.Namespace, place: Path) -> Plan:
    return Plan(
        place=place,
        seed=int(time.time()) % 100_000 if options.seed is None else options.seed,
        quick=options.quick,
        at_once=options.at_once,
        again=options.again,
        rival=not options.ours,
    )


def _entries(options: argparse.Namespace) -> list[Entry]:
    """Return the rows that were asked for on the servers that were asked for; raises SettingsError without these."""
    kinds = server.KINDS if options.server in (None, "both") else (options.server,)
    for kind in kinds:
        server.program(kind)
    chosen = [row for row in ROWS.values() if not options.only or row.id in options.only]
    if options.server == "both":
        return [Entry(row, kind) for row in chosen for kind in kinds]
    return [Entry(row, kinds[number % len(kinds)]) for number, row in enumerate(chosen)]


def _say(outcome: Outcome, after_s: float) -> None:
    how = "not run here" if outcome.skipped else "passed" if outcome.passed else "FAILED"
    # Nobody promised that a rival holds.
    word = how if outcome.system == "ours" else f"lost {outcome.lost:,}, repeated {outcome.repeated:,}"
    line = f"{after_s:4.0f} s  {outcome.row:4} {outcome.system}, {outcome.server}: {word} ({outcome.seconds:.0f} s)"
    print(line, file=sys.stderr, flush=True)
    if outcome.failed:
        _say_why(outcome)


def _say_why(outcome: Outcome) -> None:
    shown = outcome.violations or ("there is no sign that the fault happened",)
    print("\n".join(f"  {line}" for line in shown[:_SHOWN]), file=sys.stderr, flush=True)


def _verdict(failed: list[Outcome], place: Path) -> int:
    if not failed:
        rmtree(place, ignore_errors=True)
        return 0
    for outcome in failed:
        print(f"\n{outcome.row} on {outcome.server} failed, seed {outcome.seed}: {outcome.title}", file=sys.stderr)
        _say_why(outcome)
    print(f"\nthe ledgers and the logs are in {place}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
