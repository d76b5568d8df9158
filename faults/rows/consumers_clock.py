"""The clocks of programs are wrong: F34."""

from typing import Final

from faults.row import Row
from faults.stage import Stage
from faults.tools.clock import Clock

_HOUR_S: Final = 3_600
_NS: Final = 1_000_000_000


def set_clocks(stage: Stage) -> None:
    """Have one consumer an hour ahead, the next one an hour behind, and the service a day behind."""
    plain = stage.fleet.variables
    for number in range(stage.setup.consumers):
        clock = Clock.at(stage.place / f"clock-{number}")
        clock.set(_HOUR_S * (-1) ** number)
        stage.fleet.variables = plain | clock.environment
        stage.fleet.restart(number)
        stage.fault("clock", f"{_HOUR_S * (-1) ** number} s")
    stage.fleet.await_ready()
    stage.fleet.variables = plain
    if stage.api:
        clock = Clock.at(stage.place / "clock-api")
        clock.set(-24 * _HOUR_S)
        stage.api.variables |= clock.environment
        stage.api.kill()
        stage.api.start()
        stage.api.await_answer()


def lines_with_wrong_times(stage: Stage) -> str:
    """Tell how many handlers wrote down an hour that differs from the machine's, and in which directions."""
    lines = list(stage.ledger.lines())
    right = min(line.wall_ns - line.at_ns for line in lines if line.word == "try")
    ahead = [(line.wall_ns - line.at_ns - right) / _NS / _HOUR_S for line in lines if line.word == "start"]
    fast, slow = (sum(1 for hours in ahead if round(hours) == sign) for sign in (1, -1))
    return f"{fast} runs began in a process an hour ahead, {slow} in one an hour behind" if fast and slow else ""


ROWS: Final = (
    Row(
        id="F34",
        title="the clock of one consumer is an hour ahead, of one an hour behind, the service's a day behind",
        inject=set_clocks,
        evidence=lines_with_wrong_times,
    ),
)
