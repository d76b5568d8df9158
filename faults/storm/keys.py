"""The storm on the server: rubbish in every type of key, while good jobs go in and run."""

import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import attrs
import redis

from faults.server import Server
from faults.storm.good import GoodJobs, Receipt, ran
from faults.storm.http import GROWTH_MB
from faults.storm.key_types import KeyType, key_types
from faults.storm.programs import Target, complaints, resident_mb
from faults.storm.writes import WRITES, Write, harm

# What these hold is the installation's memory; the sweeper makes every other key anew.
_RESTORED: Final = ("meta", "ledger")
_PAUSE_S: Final = 0.05
_DELAY_MS: Final = 300
_RUN_S: Final = 120.0
_WATCHED_S: Final = 5.0
# The sweeper comes by every five seconds where there is little to see.
_TOLD_S: Final = 30.0
_LOOK_S: Final = 0.5
CALLS_A_SECOND: Final = 60.0


@attrs.frozen
class KeyRow:
    """How often one type of key was written to, and how the service took good jobs meanwhile, by classes."""

    key: KeyType
    writes: int
    classes: Counter[str]


@attrs.frozen
class KeyStorm:
    """What happened; ``broken`` has a line for each promise that was not kept."""

    rows: list[KeyRow]
    growth_mb: float
    service_growth_mb: float
    good: int
    lost: int
    reported: int
    hit: int
    calls_a_second: float
    broken: list[str]


class Storm:
    """One storm on one server: what it has written is gone again behind each type of key."""

    def __init__(self, target: Target, server: Server, place: Path, seed: int) -> None:
        self.target, self.server = target, server
        self.harm = place / "harm"
        self.dice = random.Random(seed)
        self.good = GoodJobs(target.address, "beside-keys")
        self.victims: dict[str, str] = {}

    def run(self, types: list[KeyType], rounds: int) -> KeyStorm:
        """Write to every type of key so often, repair, and see what is left."""
        self._warm_up()
        before = resident_mb(self.target.consumer), resident_mb(self.target.service)
        with self.server.client() as client:
            rows = [self._row(client, key, rounds) for key in types]
            self.good.settle()
            lost = self.good.lost(self.target.ledger, _RUN_S)
            calls = _calls_a_second(client)
        after = resident_mb(self.target.consumer), resident_mb(self.target.service)
        growth, service_growth = (late - early for early, late in zip(before, after, strict=True))
        unreported = self._unreported()
        return KeyStorm(
            rows=rows,
            growth_mb=growth,
            service_growth_mb=service_growth,
            good=len(self.good.acknowledged),
            lost=len(lost),
            reported=len(self.victims) - len(unreported),
            hit=len(self.victims),
            calls_a_second=calls,
            broken=[
                *self.good.refusals,
                *(f"lost: {number} was acknowledged and did not run" for number in lost),
                *(f"lost: {self.victims[job]} held {job}, and nobody says so" for job in unreported),
                *self._aftermath(growth, service_growth, calls),
            ],
        )

    def _warm_up(self) -> None:
        for _ in range(20):
            self.good.put()
        self.good.lost(self.target.ledger, _RUN_S)

    def _row(self, client: Any, key: KeyType, rounds: int) -> KeyRow:
        classes: Counter[str] = Counter()
        for name, (value, write) in [*WRITES.items()] * rounds:
            subject = self._victim(f"{key.pattern}, {name}") if key.is_of_one_job else "storm"
            with self._written(client, key, key.key(subject, _consumer(client)), value, write):
                classes[self.good.put().answer] += 1
                self.good.look(subject)
        return KeyRow(key, len(WRITES) * rounds, classes)

    @contextmanager
    def _written(self, client: Any, key: KeyType, name: str, value: str, write: Write) -> Iterator[None]:
        saved = client.dump(name) if key.pattern in _RESTORED else None
        if value == key.value:
            # First beside what is there, unless that is rubbish, then in its place.
            with suppress(redis.ResponseError):
                write(client, name, self.dice)
            time.sleep(_PAUSE_S)
        with client.pipeline() as at_once:
            at_once.delete(name)
            write(at_once, name, self.dice)
            at_once.execute()
        time.sleep(_PAUSE_S)
        yield
        if value == "string":
            client.set(name, harm(bytes(self.harm)))
            time.sleep(_PAUSE_S)
        if not key.is_of_one_job:
            client.delete(name)
        if saved is not None:
            client.restore(name, 0, saved, replace=True)

    def _victim(self, what: str) -> str:
        """Put in a good job that is due in a moment, whose own keys are written to before that."""
        receipt: Receipt = self.good.put(delay_ms=_DELAY_MS)
        self.good.acknowledged.discard(receipt.number)
        if receipt.job_id:
            self.victims[receipt.job_id] = what
        return receipt.job_id or "storm"

    def _unreported(self) -> list[str]:
        """Wait for the sweeper, and return the jobs that did not run and of whom nothing is told."""
        deadline = time.monotonic() + _TOLD_S
        while (left := self._untold(self.victims.keys() - ran(self.target.ledger))) and time.monotonic() < deadline:
            time.sleep(_LOOK_S)
        return left

    def _untold(self, job_ids: Iterable[str]) -> list[str]:
        """Return those who stand nowhere with a reason, and are named by no line of the consumer's log."""
        told = self.target.consumer.log.read_text("utf-8", "replace")
        return [job_id for job_id in sorted(job_ids) if f" {job_id}:" not in told and not self._has_reason(job_id)]

    def _has_reason(self, job_id: str) -> bool:
        shown = self.good.show(job_id)
        return bool(shown.get("reason") or shown.get("error"))

    def _aftermath(self, growth: float, service_growth: float, calls: float) -> Iterator[str]:
        for name, grown in (("consumer", growth), ("service", service_growth)):
            if grown > GROWTH_MB:
                yield f"memory: the {name} grew by {grown:.1f} MB"
        if self.harm.exists():
            yield "executed: what somebody wrote to a key was run"
        if calls > CALLS_A_SECOND:
            yield f"a hot loop: {calls:.0f} calls of scripts a second, and nothing to do"
        for program in (self.target.service, self.target.consumer):
            yield from complaints(program)
            if (code := program.process.poll()) is not None:
                yield f"a program has ended with {code}; its log ends:\n{program.tail()}"


def storm(target: Target, server: Server, place: Path, seed: int, *, types: int | None, rounds: int) -> KeyStorm:
    """Write rubbish to every type of key, or to so many of them by the seed, as often as there are rounds."""
    every = key_types()
    chosen = every if types is None else random.Random(seed).sample(every, types)
    return Storm(target, server, place, seed).run(chosen, rounds)


def _consumer(client: Any) -> str:
    try:
        names = client.zrange("{jobs}:consumers", -1, -1)
    except redis.ResponseError:  # it may hold rubbish itself
        names = []
    return names[0].decode("utf-8", "replace") if names else "nobody"


def _calls_a_second(client: Any) -> float:
    before, began = _calls(client), time.monotonic()
    time.sleep(_WATCHED_S)
    return (_calls(client) - before) / (time.monotonic() - began)


def _calls(client: Any) -> int:
    told = client.info("commandstats")
    return sum(told.get(f"cmdstat_{name}", {}).get("calls", 0) for name in ("eval", "evalsha", "bzpopmin"))
