"""The server is killed and comes back with what is on its disk: F11, F12."""

from typing import Final

from faults import rollback
from faults.row import Row
from faults.setup import Setup
from faults.stage import Stage

# A write may wait as long as that for an fsync that is under way.
_POSTPONED_S: Final = 2.0


def kill_and_restart(stage: Stage) -> None:
    """Kill the server under load and start it on what it had written, again and again."""
    for _ in range(stage.either((3, 10))):
        stage.sleep(stage.dice.uniform(0.3, 0.9))
        stage.fault("server")
        stage.server.kill()
        stage.sleep(stage.dice.uniform(0, 0.3))
        stage.server.start()


def came_back(stage: Stage) -> str:
    """Tell how often the server has loaded what it had written."""
    loaded = stage.server.logged("DB loaded from incr file")
    return (
        f"the server died by SIGKILL {stage.happened('server')} times, and loaded its file {loaded}" if loaded else ""
    )


ROWS: Final = (
    Row(
        id="F11",
        title="the server is killed (SIGKILL) and restarted, appendfsync always",
        inject=kill_and_restart,
        evidence=came_back,
    ),
    Row(
        id="F12",
        title="the server is killed (SIGKILL) and restarted, appendfsync everysec",
        setup=Setup(fsync="everysec"),
        inject=kill_and_restart,
        evidence=came_back,
        bound=rollback.started("server", _POSTPONED_S),
        may_lose=rollback.acknowledged("server", _POSTPONED_S),
        loss="what waits for an fsync",
        promises=rollback.told_honestly,
        invariants=rollback.STILL,
    ),
)
