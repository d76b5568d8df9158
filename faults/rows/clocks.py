"""The server's time of day jumps: F33."""

import time
from collections.abc import Iterator
from functools import partial
from typing import Final

from faults.ground import ClockServer, clock_of
from faults.judge import Case, all_but, none_early
from faults.orders import Kind
from faults.row import Row
from faults.setup import Setup
from faults.stage import Stage

_HOUR_S: Final = 3_600
_STEP_NS: Final = 1_000_000_000
_LAG_S: Final = 0.4
_JUMP: Final = "jump"
# What waits for a moment comes as much later as the clock steps back: that is promised, and would take an hour.
_NOW: Final = (Kind.NO_OP, Kind.NAP, Kind.UNIQUE, Kind.LEADING)


def jump_by_an_hour(stage: Stage) -> None:
    """Set the server's clock an hour ahead, an hour back, another one back, and right again."""
    _jump(stage, (_HOUR_S, 0, -_HOUR_S, 0))


def step_by_a_second(stage: Stage) -> None:
    """Have the server's clock step a second ahead and back, again and again."""
    _jump(stage, (1, 0, -1, 0) * stage.either((2, 10)))


def _jump(stage: Stage, offsets: tuple[int, ...]) -> None:
    clock = clock_of(stage)
    for seconds in offsets:
        stage.sleep(0.5)
        before_s = _ahead_s(stage)
        clock.set(seconds)
        stage.until(partial(_is_set, stage, seconds), "a jump of the clock")
        stage.fault(_JUMP, round(_ahead_s(stage) - before_s))


def _is_set(stage: Stage, seconds: int) -> bool:
    return abs(_ahead_s(stage) - seconds) < _LAG_S


def _ahead_s(stage: Stage) -> float:
    """Return how far the server's clock is ahead of the machine's, by its own word."""
    with stage.server.client() as client:
        seconds, microseconds = client.time()
    return float(seconds + microseconds / 1e6 - time.time())


def jumped(stage: Stage) -> str:
    """Tell by how many seconds the server's time of day jumped."""
    jumps = [f"{int(line.detail):+,}" for line in stage.ledger.lines() if line.job == _JUMP]
    return f"seconds by which the server's time jumped: {' '.join(jumps)}" if jumps else ""


def early_by_the_steps(_stage: Stage, case: Case) -> Iterator[str]:
    """Nothing begins earlier than the clock has stepped forward since it was put in."""
    yield from none_early(case, by_ns=2 * _STEP_NS)


ROWS: Final = (
    Row(
        id="F33",
        title="the server's clock jumps by an hour, forward and back",
        setup=Setup(server=ClockServer, kinds=_NOW, nap_ms=300),
        inject=jump_by_an_hour,
        evidence=jumped,
    ),
    Row(
        id="F33s",
        title="the server's clock steps by a second, forward and back",
        setup=Setup(server=ClockServer),
        inject=step_by_a_second,
        evidence=jumped,
        promises=early_by_the_steps,
        invariants=all_but("I11"),
    ),
)
