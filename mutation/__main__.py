"""``python -m mutation``: alters the scripts, one line at a time, and tells which alterations no test noticed."""

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from bench import server
from jobdefs.errors import JobsError
from mutation.mutants import Mutant, drawn
from mutation.trial import Verdict, Workbench

_MUTANTS, _AT_ONCE, _WANTED = 300, 2, 0.9


def main(arguments: list[str] | None = None) -> int:
    """Return 0 if at least 90 % of the mutants were noticed, 1 otherwise."""
    options = _parser().parse_args(arguments)
    began = time.monotonic()
    try:
        with server.running() as running:
            chosen = drawn(running.client, options.count, options.seed, options.only)
    except JobsError as error:
        print(f"mutation: {error}", file=sys.stderr)
        return 1
    if not chosen:
        print(f"mutation: no script has {options.only!r} in its path", file=sys.stderr)
        return 1
    survivors = list(_survivors(chosen))
    rate = 1 - len(survivors) / len(chosen)
    print(f"{len(chosen)} mutants, seed {options.seed}, {time.monotonic() - began:.0f} s")
    print(f"{len(chosen) - len(survivors)} killed ({rate:.1%}), {len(survivors)} survived")
    return 0 if rate >= _WANTED else 1


def _survivors(chosen: list[Mutant]) -> Iterator[Mutant]:
    """Try all of them, some at once; yield, and print, those that no test noticed."""
    killers: defaultdict[Path, list[str]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="mutation-") as place, ThreadPoolExecutor(_AT_ONCE) as pool:
        free: SimpleQueue[Workbench] = SimpleQueue()
        for number in range(_AT_ONCE):
            free.put(Workbench(Path(place) / str(number), killers))
        if not (first := free.get()).sound():
            sys.exit("mutation: the tests fail with nothing altered; run python3 dev.py test tests/storage")
        free.put(first)

        def trial(mutant: Mutant) -> Verdict:
            workbench = free.get()
            try:
                return workbench.tried(mutant)
            finally:
                free.put(workbench)

        for number, (mutant, verdict) in enumerate(zip(chosen, pool.map(trial, chosen), strict=True), start=1):
            print(f"{number:4} {verdict:9} {mutant.place}", file=sys.stderr, flush=True)
            if verdict is Verdict.SURVIVED:
                print(f"{mutant.place}\n  - {mutant.line.strip()}\n  + {mutant.altered.strip()}", flush=True)
                yield mutant


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mutation", description="Alters the scripts, one line at a time.")
    parser.add_argument("--count", type=int, default=_MUTANTS, help=f"how many mutants are tried ({_MUTANTS})")
    parser.add_argument("--seed", type=int, default=1, help="which of them (1)")
    parser.add_argument("--only", default="", metavar="TEXT", help="scripts that have this in their path")
    return parser


if __name__ == "__main__":
    sys.exit(main())
