"""``python -m faults.crashes``: breaks at every request in every way, and tells which promises that broke."""

import argparse
import sys
import time
from collections.abc import Sequence
from typing import Final

from faults.crashes import report
from faults.crashes.campaign import Campaign, Case, Outcome
from faults.crashes.modes import Mode
from faults.crashes.seeded import BUGS
from faults.server import KINDS
from faults.tools.missing import ToolMissing
from jobdefs.errors import SettingsError

_QUICK: Final = 7


def main(arguments: list[str] | None = None) -> int:
    """Return 0 if every promise was kept, 1 otherwise, 2 where a server or a tool is missing."""
    options, began = _options(arguments), time.monotonic()
    campaign = Campaign(options.server, options.bug)
    try:
        requests = campaign.record()
        outcomes = _played(campaign, _cases(options, len(requests)))
    except (SettingsError, ToolMissing) as error:
        print(f"crashes: {error}", file=sys.stderr)
        return 2
    print("\n".join(report.lines(campaign, requests, outcomes, time.monotonic() - began)))
    return int(any(outcome.violations for outcome in outcomes))


def _played(campaign: Campaign, cases: Sequence[Case]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for outcome in campaign.outcomes(cases):
        outcomes.append(outcome)
        if sys.stderr.isatty():
            print(f"\r{len(outcomes)} of {len(cases)} runs", end="", file=sys.stderr, flush=True)
    return outcomes


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="crashes", description="Breaks at every request, in every way.")
    parser.add_argument("--quick", action="store_true", help=f"break at every {_QUICK}th request only")
    parser.add_argument("--only", action="append", type=Mode, choices=list(Mode), help="break in this way only")
    parser.add_argument("--from", dest="first", type=int, default=1, metavar="K", help="the first request (1)")
    parser.add_argument("--to", dest="last", type=int, metavar="K", help="the last request (all)")
    parser.add_argument("--server", choices=KINDS, default="valkey", help="the kind of server (valkey)")
    parser.add_argument("--bug", choices=sorted(BUGS), default="", help="put this bug in, to see it found")
    return parser.parse_args(arguments)


def _cases(options: argparse.Namespace, count: int) -> Sequence[Case]:
    numbers = range(options.first, min(options.last or count, count) + 1, _QUICK if options.quick else 1)
    return [Case(mode, number) for mode in options.only or Mode for number in numbers]


if __name__ == "__main__":
    sys.exit(main())
