"""``python -m mutation``: alters the scripts, one line at a time, and tells which alterations no test noticed."""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue

from bench import server
from jobdefs.errors import JobsError
from mutation.mutants import Mutant, drawn, unaltered
from mutation.trial import Experience, Workbench

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
    experience = Experience()
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mutation-")))
        free: SimpleQueue[Workbench] = SimpleQueue()
        for number in range(_AT_ONCE):
            free.put(stack.enter_context(Workbench(place / str(number), experience)))
        pool = stack.enter_context(ThreadPoolExecutor(_AT_ONCE))

        def trial(mutant: Mutant) -> str:
            workbench = free.get()
            try:
                return workbench.killer(mutant)
            finally:
                free.put(workbench)

        if killer := trial(unaltered(chosen[0])):
            sys.exit(f"mutation: with nothing altered {killer} fails; run python3 dev.py test tests/storage")
        for number, (mutant, killer) in enumerate(zip(chosen, pool.map(trial, chosen), strict=True), start=1):
            verdict = f"killed by {killer}" if killer else "survived"
            print(f"{number:4} {mutant.place} {mutant.altered.strip()!r} {verdict}", file=sys.stderr, flush=True)
            if not killer:
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
