"""One battle: jobs are put in and run, consumers are killed, and when all is quiet the books are balanced."""

import random
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import attrs

from bench import server
from bench.chaos.book import Book
from bench.chaos.fleet import Fleet
from bench.chaos.orders import orders
from bench.chaos.producer import Producer
from bench.chaos.story import Story, stories, waits_s
from jobdefs.policy import DEFAULT_NAMESPACE
from jobdefs.record import Ledger
from jobdefs.storage.drivers import Store
from jobdefs.storage.inspection import InspectionCalls

_WORKERS: Final = 8
_ASYNC: Final = 8
_QUARANTINE: Final = 1
SLOTS: Final = _WORKERS + _ASYNC + _QUARANTINE
_LOOK_S: Final = 0.5


@attrs.frozen(kw_only=True)
class Plan:
    """How large a battle is: a consumer is killed every ``every_s`` for ``seconds``, while the jobs are put in.

    With every ``cut_every``th kill, the server cuts every connection, producers' and consumers'.
    """

    jobs: int = 20_000
    seconds: float = 180.0
    every_s: float = 0.5
    consumers: int = 3
    lease_s: float = 2.0
    cut_every: int = 5
    seed: int = 1
    patience_s: float = 300.0


@attrs.frozen(kw_only=True)
class Battle:
    """What happened in a battle, when all was quiet again or patience had ended."""

    told: dict[str, Story]
    waits_s: list[float]
    ledger: Ledger
    kills: int
    starts: int
    retries: int
    refused: int
    orphans: int
    seconds: float
    quiet_s: float


def fight(plan: Plan, place: Path, say: Callable[[str], None]) -> Battle:
    """Fight a battle, with the book and the logs in ``place``; raises SettingsError where no server is to be had."""
    book, asked, began = Book.at(place / "book"), list(orders(plan.jobs, plan.seed)), time.monotonic()
    with server.running(fsync="always") as running, _fleet(plan, running.url, place, book) as fleet:
        producer = Producer(running.url, book, asked, plan.seconds)
        producer.start()
        kills = _kill(fleet, running.client, plan, say)
        producer.join()
        ended = time.monotonic()
        _await_quiet(running.url, plan.patience_s, say)
        quiet = time.monotonic()
        lines = list(book.lines())
        told = stories(lines, asked)
        ledger = look_up(running.url, told.values())
        return Battle(
            told=told,
            waits_s=waits_s(told, lines),
            ledger=ledger,
            kills=kills,
            starts=fleet.starts,
            retries=producer.retries,
            refused=len(fleet.logged("lost its lease")),
            orphans=fleet.orphans(),
            seconds=quiet - began,
            quiet_s=quiet - ended,
        )


def _fleet(plan: Plan, url: str, place: Path, book: Book) -> Fleet:
    variables = {"JOBS_LEASE": f"{plan.lease_s:g}", "JOBS_CONCURRENCY": str(_ASYNC)}
    return Fleet(url, place, book, plan.consumers, ("-n", "-w", str(_WORKERS)), variables)


def _kill(fleet: Fleet, client: Any, plan: Plan, say: Callable[[str], None]) -> int:
    dice, began, kills = random.Random(plan.seed), time.monotonic(), 0
    while (next_s := (kills + 1) * plan.every_s) <= plan.seconds:
        time.sleep(max(0.0, began + next_s - time.monotonic()))
        fleet.kill(dice.randrange(plan.consumers))
        kills += 1
        if kills % plan.cut_every == 0:
            client.client_kill_filter(_type="normal")
        if kills % 60 == 0:
            say(f"{kills} kills in {time.monotonic() - began:.0f} s")
    return kills


def _await_quiet(url: str, patience_s: float, say: Callable[[str], None]) -> None:
    deadline, heard = time.monotonic() + patience_s, ""
    while (waiting := unfinished(url)) and time.monotonic() < deadline:
        if waiting != heard:
            say(heard := waiting)
        time.sleep(_LOOK_S)


def unfinished(url: str) -> str:
    """Return in words what is not at its end on a server, empty when nothing is left."""
    store = Store(url)
    counts = store.send(InspectionCalls(DEFAULT_NAMESPACE).queues())
    store.close()
    for each in counts:
        if each.ready or each.scheduled or each.running or each.suspect:
            return f"{each.ready} ready, {each.scheduled} scheduled, {each.running} running, {each.suspect} suspect"
    return ""


def look_up(url: str, told: Iterable[Story]) -> Ledger:
    """Add to each story what the store knows of the job, and return the installation's own ledger."""
    store, calls = Store(url), InspectionCalls(DEFAULT_NAMESPACE)
    for story in told:
        story.record = store.send(calls.find(story.id))
    ledger = store.send(calls.ledger())
    store.close()
    return ledger
