"""Two builds of one application run side by side: F40."""

from collections.abc import Iterator, Sequence
from typing import Final

import attrs

from faults.builds import newer, older
from faults.doors import QueueDoor
from faults.jobs import Work
from faults.judge import Case
from faults.orders import Order, single
from faults.row import Row
from faults.setup import Setup
from faults.stage import Stage

_BUILDS: Final = ("faults.builds.older", "faults.builds.newer")
# Once by the build that cannot run it, and once by the one that can; each may be restarted meanwhile.
_CLAIMS: Final = 4
_PATIENCE_S: Final = 60.0


def put_in_by_both(stage: Stage) -> None:
    """Have one consumer be of the older build and one of the newer, and put in jobs of both."""
    for number, module in enumerate(_BUILDS):
        stage.fleet.variables = stage.fleet.variables | {"JOBS_MODULES": module, "JOBS_HANDLERS": module}
        stage.fault("build", stage.fleet.restart(number))
    stage.fleet.await_ready()
    many, seconds = stage.either((40, 400)), stage.either(stage.setup.seconds)
    for module, orders in zip(_BUILDS, (_of_the_older(many), _of_the_newer(many)), strict=True):
        # In turns, two consumers that wait for jobs in turns would get each kind always or never.
        stage.dice.shuffle(orders)
        stage.put(orders, [QueueDoor(stage.url, module)], seconds).join(_PATIENCE_S)


def _of_the_older(many: int) -> list[Order]:
    kinds = (older.Kept, older.Retired, older.Changed, older.Revised)
    return _orders("old", [kind() for _ in range(many) for kind in kinds])


def _of_the_newer(many: int) -> list[Order]:
    plain: list[Work] = [kind() for _ in range(many) for kind in (newer.Kept, newer.Fresh)]
    units: list[Work] = [kind(unit="m") for _ in range(many) for kind in (newer.Changed, newer.Revised)]
    return _orders("new", [*plain, *units])


def _orders(prefix: str, payloads: Sequence[Work]) -> list[Order]:
    numbered = [(f"{prefix}-{number}", payload) for number, payload in enumerate(payloads)]
    return [single(number, attrs.evolve(payload, order=number)) for number, payload in numbered]


def parked_meanwhile(stage: Stage) -> str:
    """Tell how often a consumer met a job that it cannot run."""
    unknown, unfit, newer = (len(stage.fleet.logged("parked", word)) for word in ("no definition", "fit", "version"))
    told = f"{unknown} claims of an unknown name, {unfit} of a payload that does not fit, {newer} of a newer version"
    return told if unknown and unfit and newer else ""


def no_hot_loop(_stage: Stage, case: Case) -> Iterator[str]:
    """Nobody claims again and again what he cannot run."""
    for story, record in case.known:
        claims = max((run.fence for run in story.runs), default=0)
        if claims > _CLAIMS or not story.ends:
            yield f"order {story.number} is {record.state} after {claims} claims"


ROWS: Final = (
    Row(
        id="F40",
        title="an older and a newer build run side by side, with jobs that only one of them knows",
        setup=Setup(jobs=(0, 0), api=False),
        inject=put_in_by_both,
        evidence=parked_meanwhile,
        promises=no_hot_loop,
        rival="a task that a consumer of stock Huey does not know is gone",
    ),
)
