"""``python -m faults.alone F1``: runs the trials of one row in a process of their own, and prints an outcome a line."""

import argparse
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

from loguru import logger

from faults import trial
from faults.outcome import Outcome
from faults.rival.system import StockHuey
from faults.row import Row
from faults.rows import ROWS
from faults.server import KINDS
from faults.systems import Ours


def main(arguments: list[str] | None = None) -> None:
    """Run ours, and then the rival where that is wanted and it can be harmed in the same way."""
    # Whoever asks it to end wants it to clean up.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    # What the service's code says of itself in this process is no figure.
    logger.disable("service")
    parser = argparse.ArgumentParser(prog="faults.alone", description=__doc__)
    parser.add_argument("row", choices=ROWS)
    parser.add_argument("place", type=Path, help="a directory for the ledgers and the logs")
    parser.add_argument("--server", choices=KINDS, default=KINDS[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--ours", action="store_true", help="without the rival")
    given = parser.parse_args(arguments)
    for outcome in outcomes(ROWS[given.row], given):
        print(outcome.to_json(), flush=True)


def outcomes(row: Row, given: argparse.Namespace) -> Iterator[Outcome]:
    """Yield the outcome of each system."""
    for system, folder in ((Ours(), "ours"), (StockHuey(), "rival")):
        if system.is_ours or not (row.rival or given.ours):
            place = given.place / folder
            place.mkdir(parents=True)
            yield trial.run(row, system, given.server, place, seed=given.seed, quick=given.quick)


if __name__ == "__main__":
    main()
