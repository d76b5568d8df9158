"""The server is there and does not answer, or hangs up on everybody: F21, F31."""

import statistics
import time
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from faults import latency
from faults.judge import Case
from faults.row import Row
from faults.setup import Setup
from faults.stage import Stage
from jobdefs.policy import STORE_DEADLINE

_FROZEN: Final = "frozen"
_HEALTHY_MS: Final = 50.0
# Beside two other trials, on slow cores, a process may have to wait for its turn.
_TURN_MS: Final = 1_000.0
_PAUSED_S: Final = 2.0
_STORM_S: Final = (2.0, 10.0)
_EVERY_S: Final = 0.05


def freeze(stage: Stage) -> None:
    """Hold the server still, and look at the health of the service meanwhile."""
    stage.sleep(1)
    with stage.server.frozen():
        stage.fault(_FROZEN, length_s := stage.either((4.0, 30.0)))
        end = time.monotonic() + length_s
        while time.monotonic() < end:
            latency.look_at_health(stage)
            stage.sleep(_EVERY_S)


def gave_no_answer(stage: Stage) -> str:
    """Tell for how long nothing was acknowledged."""
    lines = list(stage.ledger.lines())
    frozen_s = next(float(line.detail) for line in lines if line.job == _FROZEN)
    gap_s = max(after - before for before, after in pairwise(line.at_ns for line in lines if line.word == "ack")) / 1e9
    told = f"nothing was acknowledged for {gap_s:.1f} s; {stage.producer.retries} enqueues got no job"
    return told if gap_s >= 0.9 * frozen_s else ""


def answers_in_time(stage: Stage, _case: Case) -> Iterator[str]:
    """An enqueue ends within its deadline, and the service says at once that it lives."""
    if not stage.is_ours:
        return
    if (longest := max(latency.refusals_ms(stage))) > STORE_DEADLINE.total_seconds() * 1e3 + _TURN_MS:
        yield f"an enqueue took {longest:.0f} ms to be refused"
    looks = latency.healths_ms(stage)
    if (usual := statistics.median(looks)) > _HEALTHY_MS:
        yield f"/healthz took {usual:.0f} ms"


def hang_up(stage: Stage) -> None:
    """Close every connection many times over, then serve nobody for a while, then be busy with something else."""
    with stage.server.client() as client:
        end = time.monotonic() + stage.either(_STORM_S)
        while time.monotonic() < end:
            if killed := client.client_kill_filter(_type="normal", skipme=True):
                stage.fault("hang-up", killed)
            stage.sleep(_EVERY_S)
        stage.fault("pause")
        client.client_pause(round(_PAUSED_S * 1000))
        stage.sleep(_PAUSED_S)
        stage.fault("sleep")
        client.execute_command("DEBUG SLEEP", _PAUSED_S)


def hung_up(stage: Stage) -> str:
    """Tell how many connections the server closed, and how long a command took it."""
    closed = sum(int(line.detail) for line in stage.ledger.lines() if line.job == "hang-up")
    busy_s = stage.server.info("commandstats")["cmdstat_debug"]["usec"] / 1e6
    told = f"{closed} connections closed, {_PAUSED_S:g} s of CLIENT PAUSE, {busy_s:.1f} s of DEBUG SLEEP"
    return told if closed and busy_s >= _PAUSED_S else ""


ROWS: Final = (
    Row(
        id="F21",
        title="the server stands still (SIGSTOP), and goes on",
        inject=freeze,
        evidence=gave_no_answer,
        promises=answers_in_time,
        figures=latency.figures,
    ),
    Row(
        id="F31",
        title="a storm of CLIENT KILL, then CLIENT PAUSE, then DEBUG SLEEP",
        setup=Setup(seconds=(6.0, 20.0), options=("--enable-debug-command", "yes")),
        inject=hang_up,
        evidence=hung_up,
        figures=latency.figures,
    ),
)
