"""When the first handler began, written down outside the systems that are measured."""

import os
import time
from pathlib import Path
from typing import Final

VARIABLE: Final = "BENCH_LEDGER"

_begun = False


def begin() -> None:
    """Note the moment of a process's first job; of later jobs nothing, so that they pay next to nothing."""
    global _begun  # noqa: PLW0603 - one flag per process is the whole state
    if not _begun:
        _begun = True
        with Path(os.environ[VARIABLE]).open("a") as ledger:
            ledger.write(f"{time.monotonic_ns()}\n")


def first_start_ns(path: Path) -> int:
    """Return the earliest moment in a ledger, in nanoseconds of the machine's monotonic clock."""
    return min(map(int, path.read_text().split()))
