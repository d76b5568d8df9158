"""Every key is gone, as after a lost volume: F18."""

from collections.abc import Iterator
from typing import Final

from faults import rollback
from faults.judge import Case
from faults.row import Row
from faults.setup import Setup
from faults.stage import Stage

_EMPTIED: Final = "emptied"
_EVER_S: Final = 1e6
# Whatever was taken, a key too, is free again.
_STILL: Final = tuple(invariant for invariant in rollback.STILL if invariant.id != "I7")


def flush_all(stage: Stage) -> None:
    """Remove every key under load, and wait until the consumers sound the alarm."""
    stage.until(lambda: stage.count("end") >= stage.either((60, 300)), "jobs that have ended")
    with stage.server.client() as client:
        client.flushall()
    stage.fault(_EMPTIED)
    stage.sleep(stage.setup.lease_s)


def was_noticed(stage: Stage) -> str:
    """Tell how many consumers sounded the alarm."""
    alarms = stage.fleet.logged("CRITICAL", "the key space", "is another one now")
    told = f"FLUSHALL; {len(alarms)} of {stage.setup.consumers} consumers sounded the alarm within a lease"
    return told if alarms or not stage.is_ours else ""


def all_notice(stage: Stage, _case: Case) -> Iterator[str]:
    """Every consumer says so at level CRITICAL, and goes on."""
    if stage.is_ours and len(stage.fleet.logged("CRITICAL", "is another one now")) < stage.setup.consumers:
        yield "a consumer has not noticed"


def _all_so_far(stage: Stage) -> int:
    """Return the bound of lost jobs: whatever was acknowledged or began until then."""
    return sum(told(_EMPTIED, _EVER_S)(stage) for told in (rollback.acknowledged, rollback.started))


ROWS: Final = (
    Row(
        id="F18",
        title="every key is removed (FLUSHALL) under load",
        setup=Setup(nap_ms=300),
        inject=flush_all,
        evidence=was_noticed,
        bound=rollback.started(_EMPTIED, _EVER_S),
        may_lose=_all_so_far,
        loss="all until then",
        promises=all_notice,
        invariants=_STILL,
    ),
)
