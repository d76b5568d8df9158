"""Where a fault happens: a server, consumers, a service and a producer, all real processes, and the ledger."""

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeVar

import attrs

from faults.api import Api
from faults.doors import Door
from faults.fleet import Fleet
from faults.ledger import Ledger
from faults.orders import Order
from faults.producer import Producer
from faults.server import Server
from faults.setup import Setup
from faults.systems import System

T = TypeVar("T")
_LOOK_S: Final = 0.05
_STEPS: Final = {"start": 1, "end": -1, "fail": -1}


@attrs.define(kw_only=True)
class Stage:
    """One trial of one system, as ``inject`` and ``evidence`` of a row see it.

    ``url`` is how the programs reach the server. ``dice`` are thrown by the seed. ``notes`` is for what a row wants to
    remember from one step to the next.
    """

    setup: Setup
    system: System
    place: Path
    seed: int
    quick: bool
    ledger: Ledger
    server: Server
    url: str = attrs.field(init=False)
    orders: list[Order] = attrs.field(init=False)
    fleet: Fleet = attrs.field(init=False)
    producer: Producer = attrs.field(init=False)
    api: Api | None = None
    dice: random.Random = attrs.field(init=False)
    notes: dict[str, float] = attrs.field(factory=dict)
    _read: int = 0
    _under_way: Counter[int] = attrs.field(factory=Counter)

    def __attrs_post_init__(self) -> None:
        """Throw the dice by the seed."""
        self.dice = random.Random(self.seed)

    @property
    def is_ours(self) -> bool:
        """Whether this project is on the stage, not its rival."""
        return self.system.is_ours

    def either(self, pair: tuple[T, T]) -> T:
        """Return the first of two in a quick run, the second in a full one."""
        return pair[0] if self.quick else pair[1]

    def fault(self, word: str, detail: object = "-") -> None:
        """Write down that a fault happens now."""
        self.ledger.write("fault", job=word, detail=detail)

    def over(self) -> None:
        """Write down that all faults are healed; the time to recover counts from the last of these."""
        self.ledger.write("over")

    def happened(self, word: str) -> int:
        """Count the faults of a word."""
        return sum((line.word, line.job) == ("fault", word) for line in self.ledger.lines())

    def sleep(self, seconds: float) -> None:
        """Let so much time pass."""
        time.sleep(seconds)

    def until(self, condition: Callable[[], T], what: str, patience_s: float = 30.0, look_s: float = _LOOK_S) -> T:
        """Return the condition's first true value; raises TimeoutError. A look that costs is to be rare."""
        deadline = time.monotonic() + patience_s
        while not (value := condition()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{what}: not within {patience_s:g} s")
            time.sleep(look_s)
        return value

    def count(self, word: str) -> int:
        """Count the lines of a word in the ledger."""
        return self.ledger.count(word)

    def put(self, orders: Sequence[Order], doors: Sequence[Door], seconds: float) -> Producer:
        """Begin to put further orders in, by these doors; join what is returned."""
        self.orders.extend(orders)
        producer = Producer(doors, self.ledger, orders, seconds)
        producer.start()
        return producer

    def under_way(self) -> Counter[int]:
        """Return how many handlers have begun and not ended, by the process that runs them."""
        lines, self._read = self.ledger.since(self._read)
        for line in lines:
            self._under_way[line.pid] += _STEPS.get(line.word, 0)
        return self._under_way
