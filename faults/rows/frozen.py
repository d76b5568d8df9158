"""Consumers, and everything, stand still: F8, F9."""

from itertools import pairwise
from typing import Final

from faults.row import Row, held_per
from faults.setup import Setup
from faults.stage import Stage


def freeze_one(stage: Stage) -> None:
    """Hold a consumer still for more than two leases while its handlers run, and let it go on."""
    for _ in range(stage.either((1, 4))):
        number = stage.until(lambda: _busy(stage), "a consumer whose handlers run")[0]
        with stage.fleet.frozen(number):
            stage.fault("freeze", stage.fleet.running[number].pid)
            stage.sleep(2.5 * stage.setup.lease_s)
        stage.sleep(stage.setup.lease_s)


def _busy(stage: Stage) -> list[int]:
    running = stage.under_way()
    return [number for number, process in enumerate(stage.fleet.running) if running[process.pid] >= 2]


def refused(stage: Stage) -> str:
    """Tell how often a consumer stood still, and how many of its late ends were refused."""
    freezes = stage.happened("freeze")
    late = len(stage.fleet.logged("no longer ours")) + len(stage.fleet.logged("refused the end"))
    happened = freezes and (late or not stage.is_ours)
    return f"times it stood still: {freezes}; late ends refused: {late}" if happened else ""


def freeze_all(stage: Stage) -> None:
    """Hold consumers and server still, as a pause of their virtual machine does."""
    stage.until(lambda: _busy(stage), "a consumer whose handlers run")
    with stage.fleet.frozen(), stage.server.frozen():
        pause_s = stage.either((3 * stage.setup.lease_s, 30.0))
        stage.fault("freeze", f"{pause_s:g}s")
        stage.sleep(pause_s)


def stood_still(stage: Stage) -> str:
    """Tell for how long nothing was written in the midst of the trial."""
    moments = [line.at_ns for line in stage.ledger.lines() if line.word in ("start", "end")]
    gap_s = max(after - before for before, after in pairwise(moments)) / 1e9
    return f"no handler began or ended for {gap_s:.1f} s" if gap_s > 2 * stage.setup.lease_s else ""


ROWS: Final = (
    Row(
        id="F8",
        title="a consumer stands still (SIGSTOP) for 2.5 leases, and goes on",
        setup=Setup(nap_ms=300, seconds=(6.0, 30.0)),
        inject=freeze_one,
        evidence=refused,
        bound=held_per("freeze"),
    ),
    Row(
        id="F9",
        title="consumers and server stand still for 3 leases or more, and go on",
        setup=Setup(nap_ms=300),
        inject=freeze_all,
        evidence=stood_still,
    ),
)
