"""``python -m bench``: runs the benchmarks and prints what they found."""

import argparse
import json
import sys
from typing import Final

from bench import report, server
from bench.contest import Contest, hold
from bench.contestants import Contestant, contestants
from bench.drain import DrainFailed
from jobdefs.errors import JobsError

# Jobs in a backlog, and rounds.
_QUICK: Final = (5_000, 3)
_FULL: Final = (20_000, 5)


def main(arguments: list[str] | None = None) -> int:
    """Return 0 when everything was measured, however fast it was; 1 when something could not be."""
    parser = _parser()
    options = parser.parse_args(arguments)
    chosen = _chosen(options.only)
    if not chosen:
        parser.error(f"no setting has {' or '.join(options.only)} in its name")
    jobs, rounds = _QUICK if options.quick else _FULL
    try:
        version = server.version()
        contest = hold(chosen, jobs=options.jobs or jobs, rounds=options.rounds or rounds, say=_say)
    except (DrainFailed, JobsError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    _print(contest, version, as_json=options.json)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench", description="Measures this project beside stock Huey.")
    parser.add_argument("--quick", action="store_true", help="5,000 jobs and 3 rounds, for less than 3 minutes")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--jobs", type=_count, help="how many jobs each drain has (20,000)")
    parser.add_argument("--rounds", type=_count, help="how often each setting runs (5)")
    parser.add_argument("--only", action="append", metavar="TEXT", help="run settings whose name has this in it")
    return parser


def _count(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _chosen(texts: list[str] | None) -> list[Contestant]:
    return [each for each in contestants() if not texts or any(text in each.name for text in texts)]


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _print(contest: Contest, version: str, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(report.as_json(contest, version), indent=2))
    else:
        print("\n".join(report.as_table(contest, version)))


if __name__ == "__main__":
    sys.exit(main())
