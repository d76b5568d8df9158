"""The storm over HTTP: generated requests to every route, and what is no HTTP at all."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

import attrs

from faults.storm.good import GoodJobs
from faults.storm.gun import Address, fire
from faults.storm.malformed import malformed
from faults.storm.programs import Target, complaints, open_files, resident_mb
from faults.storm.requests import requests
from faults.storm.rules import judged
from faults.storm.shot import Shot

GROWTH_MB: Final = 10.0
_WARM_UP: Final = 10
_OF_REQUESTS: Final = 0.8
_RUN_S: Final = 60.0
_SOCKETS: Final = 8


@attrs.frozen
class Row:
    """What one route, or one kind of input, was answered: how often by each class of statuses."""

    subject: str
    sent: int
    classes: Counter[str]


@attrs.frozen
class HttpStorm:
    """What happened in a storm; ``broken`` has a line for each promise that was not kept."""

    rows: list[Row]
    growth_mb: float
    good: int
    broken: list[str]


def storm(target: Target, count: int, seed: int) -> HttpStorm:
    """Send so many shots, by the seed, while good jobs go in."""
    # Whatever is loaded with the first request of its kind is no growth.
    rows(target.address, shots(max(count // _WARM_UP, 200), seed + 1))
    before_mb, files = resident_mb(target.service), open_files(target.service)
    good = GoodJobs(target.address, "beside-http")
    good.start()
    told, broken = rows(target.address, shots(count, seed))
    good.stop()
    growth_mb = resident_mb(target.service) - before_mb
    return HttpStorm(told, growth_mb, len(good.acknowledged), broken + list(_aftermath(target, good, growth_mb, files)))


def shots(count: int, seed: int) -> Iterator[Shot]:
    """Yield requests to every route, and then what is no HTTP."""
    asked = int(count * _OF_REQUESTS)
    return chain(requests(asked, seed), malformed(count - asked, seed))


def rows(address: Address, sent: Iterable[Shot]) -> tuple[list[Row], list[str]]:
    """Send shots, and return a row for each of their subjects and a line for each broken promise."""
    classes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    totals: Counter[str] = Counter()
    broken: list[str] = []
    for echo in fire(address, sent):
        found, lines = judged(echo)
        broken += lines
        totals[echo.shot.subject] += 1
        classes[echo.shot.subject][f"{found[0].status // 100}xx" if found else "closed"] += 1
    return [Row(subject, totals[subject], counted) for subject, counted in classes.items()], broken


def _aftermath(target: Target, good: GoodJobs, growth_mb: float, files: int) -> Iterator[str]:
    yield from good.refusals
    yield from (f"lost: {number} was acknowledged and did not run" for number in good.lost(target.ledger, _RUN_S))
    yield from complaints(target.service)
    if growth_mb > GROWTH_MB:
        yield f"memory: the service grew by {growth_mb:.1f} MB"
    if (left := open_files(target.service) - files) > _SOCKETS:
        yield f"sockets: {left} more than before"
    for program in (target.service, target.consumer):
        if program.process.poll() is not None:
            yield f"a program has ended; its log ends:\n{program.tail()}"
