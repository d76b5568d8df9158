"""``python -m bench.poison``: one job among many ends every process that runs it; nobody else may come to harm."""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree
from typing import Final

import attrs
from loguru import logger

from bench import server
from bench.chaos.battle import SLOTS, look_up, unfinished
from bench.chaos.book import Book
from bench.chaos.fleet import Fleet
from bench.chaos.judgement import violations
from bench.chaos.orders import orders, pill
from bench.chaos.producer import Producer
from bench.chaos.story import Story, stories
from jobdefs.errors import JobsError
from jobdefs.state import State

WAYS: Final = {"exit": "with exit code 9", "segv": "(SIGSEGV)", "memory": "(SIGKILL)"}
_VARIABLES: Final = {"JOBS_LEASE": "2", "JOBS_CONCURRENCY": "8"}
# Twice beside others, and once in quarantine.
_STARTS: Final = 3
_CONSUMERS: Final = 2
_PRODUCED_S: Final = 1.0
_LOOK_S: Final = 0.05
_PATIENCE_S: Final = 120.0


@attrs.frozen(kw_only=True)
class Round:
    """What became of a pill and of those beside it; ``deaths`` counts the consumers that it took with it."""

    way: str
    pill: Story
    innocents: dict[str, Story]
    deaths: int
    seconds: float

    def broken(self) -> Iterator[str]:
        """Yield a line for each promise that was broken."""
        yield from violations(self.innocents, bound=SLOTS * self.deaths)
        job = self.pill.record
        if job is None or job.state is not State.DEAD:
            yield f"the pill is {job and job.state}"
        elif WAYS[self.way] not in self.error or "peak memory" not in self.error:
            yield f"the pill's error does not say how it ended: {self.error}"
        if len(self.pill.runs) != _STARTS or self.deaths != _STARTS - 1:
            yield f"the pill began {len(self.pill.runs)} times, and took {self.deaths} consumers with it"

    @property
    def error(self) -> str:
        """What the pill died of."""
        job = self.pill.record
        return job.error.message if job and job.error else ""

    def __str__(self) -> str:
        """Return the figures in one line."""
        records = [story.record for story in self.innocents.values() if story.record]
        dead = sum(record.state is State.DEAD for record in records)
        suspects = sum(record.lost > 1 for record in records)
        return (
            f"{self.way:6}  {dead} of {len(records)} innocents dead, {suspects} of them suspects; "
            f"the pill began {len(self.pill.runs)} times: {self.error}; {self.seconds:.1f} s"
        )


def play(way: str, innocents: int, seed: int, place: Path) -> Round:
    """Put a pill among innocents, and start every consumer anew that it kills, until all is quiet."""
    book, began, deaths = Book.at(place / "book"), time.monotonic(), 0
    asked, poison = list(orders(innocents, seed)), pill(way)
    asked.insert(len(asked) // 2, poison)
    with (
        server.running(fsync="always") as running,
        Fleet(running.url, place, book, _CONSUMERS, variables=_VARIABLES) as fleet,
    ):
        producer = Producer(running.url, book, asked, _PRODUCED_S)
        producer.start()
        while (producer.is_alive() or unfinished(running.url)) and time.monotonic() - began < _PATIENCE_S:
            deaths += fleet.revive()
            time.sleep(_LOOK_S)
        told = stories(book.lines(), asked)
        look_up(running.url, told.values())
    return Round(way=way, pill=told.pop(poison.id), innocents=told, deaths=deaths, seconds=time.monotonic() - began)


def main(arguments: list[str] | None = None) -> int:
    """Return 0 if no innocent died and every pill did, 1 otherwise; then the books and the logs stay where they are."""
    # What the service says of itself belongs into its own log.
    logger.disable("service")
    given, place, bad = _parser().parse_args(arguments), Path(tempfile.mkdtemp(prefix="poison-")), 0
    for number in range(given.rounds * len(WAYS)):
        way = tuple(WAYS)[number % len(WAYS)]
        (place / str(number)).mkdir()
        try:
            played = play(way, given.innocents, number, place / str(number))
        except JobsError as error:
            print(f"poison: {error}", file=sys.stderr)
            return 1
        broken = list(played.broken())
        print("\n".join([str(played), *broken]), flush=True)
        bad += bool(broken)
    print(f"{bad} of {given.rounds * len(WAYS)} rounds broke a promise")
    if bad:
        print(f"the books and the logs are in {place}")
        return 1
    rmtree(place)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench.poison", description="Puts a job that kills its process among others.")
    parser.add_argument("--rounds", type=int, default=10, help="how often for each way of dying (10)")
    parser.add_argument("--innocents", type=int, default=600, help="how many jobs are put in beside the pill (600)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
