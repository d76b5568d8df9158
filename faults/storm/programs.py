"""The programs in the storm, as they ship: one service and one consumer on a server."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copy
from typing import Final

import attrs

from bench import programs
from bench.programs import Program
from faults import ledger
from faults.ledger import Ledger
from faults.storm.gun import Address

_JOBS: Final = {"JOBS_MODULES": "faults.jobs", "JOBS_HANDLERS": "faults.handlers"}
# Large blocks go back to the system at once, as when a program begins, so that what it holds is what it uses.
_MEMORY: Final = {"MALLOC_MMAP_THRESHOLD_": "131072"}
_MEBIBYTE: Final = 1024 * 1024


@attrs.frozen
class Target:
    """What the storm is about: a service at an address, a consumer, and the ledger that its handlers write."""

    service: Program
    address: Address
    consumer: Program
    ledger: Ledger


@contextmanager
def running(url: str, place: Path) -> Iterator[Target]:
    """Run both programs as long as the block lasts; their logs are in the place then.

    Raises BenchFailed where one does not start.
    """
    book = Ledger.at(place / "ledger")
    variables = _JOBS | _MEMORY | {"REDIS_URL": url, ledger.VARIABLE: str(book.path)}
    consume: list[str | Path] = [Path(sys.executable).with_name("huey_consumer"), "consumer.app", "-n", "-w", "2"]
    with (
        programs.module("service", JOBS_PORT="0", **variables) as service,
        programs.running(consume, {"JOBS_LEASE": "2", **variables}) as consumer,
    ):
        try:
            yield Target(service, service.address(), consumer, book)
        finally:
            copy(service.log, place / "service.log")
            copy(consumer.log, place / "consumer.log")


def resident_mb(program: Program) -> float:
    """Return the memory that a program's own process holds, in MB."""
    pages = int(Path(f"/proc/{program.process.pid}/statm").read_text().split()[1])
    return pages * 4096 / _MEBIBYTE


def open_files(program: Program) -> int:
    """Return how many files and sockets a program has open."""
    return len(list(Path(f"/proc/{program.process.pid}/fd").iterdir()))


def complaints(program: Program) -> list[str]:
    """Return the lines of a program's log that begin or end a traceback, and those that tell of a crash."""
    lines = program.log.read_text("utf-8", "replace").splitlines()
    return [f"log: {lines[number - 1][:200]}" for number, line in enumerate(lines) if "Traceback (most" in line]
