"""Very many jobs are due at one moment: F37."""

import time
from datetime import UTC, datetime, timedelta
from typing import Final

import attrs

from faults.judge import Case
from faults.orders import Kind, Order, orders
from faults.row import Row, held_per_death
from faults.rows.consumers import kill_in_mid_work, killed_and_cut_off
from faults.setup import Setup
from faults.stage import Stage

_SLOWER_THAN_US: Final = 1_000
_JOBS: Final = (2_000, 100_000)
_PUT_IN_S: Final = (4.0, 120.0)
_REST_S: Final = 2.0
_NAP_MS: Final = 20
_KILLS: Final = (2, 20)


def storm(stage: Stage) -> None:
    """Put jobs in that are all due at one moment, and kill consumers while these are promoted and run."""
    with stage.server.client() as client:
        client.config_set("slowlog-log-slower-than", _SLOWER_THAN_US)
    many, seconds = stage.either(_JOBS), stage.either(_PUT_IN_S)
    due = time.monotonic() + seconds + _REST_S
    producer = stage.put(_due_at(due, many, stage.seed), stage.system.doors(stage.url, ""), seconds)
    producer.join()
    stage.notes["late"] = sum(line.word == "ack" and line.at_ns / 1e9 > due for line in stage.ledger.lines())
    stage.sleep(max(0.0, due - time.monotonic()))
    kill_in_mid_work(stage, _KILLS)


def _due_at(due: float, many: int, seed: int) -> list[Order]:
    run_at = datetime.now(UTC) + timedelta(seconds=due - time.monotonic())
    made = orders(many, seed, (Kind.NAP,), _NAP_MS)
    return [attrs.evolve(order, options=order.options | {"run_at": run_at}, due_ns=int(due * 1e9)) for order in made]


def due_together(stage: Stage) -> str:
    """Tell how many jobs were put in before their common moment, and who was killed after that."""
    waited, killed = len(stage.orders) - int(stage.notes["late"]), killed_and_cut_off(stage)
    return f"{waited:,} jobs were due at one moment; {killed}" if killed and waited > len(stage.orders) / 2 else ""


def longest_script(stage: Stage, _case: Case) -> dict[str, str]:
    """Tell how long the server stood still for a script at the most."""
    with stage.server.client() as client:
        longest_us = max((entry["duration"] for entry in client.slowlog_get(128)), default=0)
    return {"longest script": f"{longest_us / 1000:.1f} ms"}


ROWS: Final = (
    Row(
        id="F37",
        title="very many jobs are due at once, and consumers are killed as they begin",
        setup=Setup(jobs=(0, 0), api=False),
        inject=storm,
        evidence=due_together,
        bound=held_per_death,
        figures=longest_script,
        patience_s=300.0,
    ),
)
