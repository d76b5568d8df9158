"""The server's disk loses power, stalls, fails, is full, or is busy with a new append-only file: F13, F14, F15, F17."""

from typing import Final

from faults import latency, rollback
from faults.ground import DiskServer, QuotaServer, disk_of, files_of
from faults.row import Row
from faults.setup import Setup
from faults.stage import Stage
from faults.tools import power, quota

_ALWAYS: Final = Setup(server=DiskServer)
_EVERYSEC: Final = Setup(server=DiskServer, fsync="everysec")
# What everysec leaves to the next second, and to the fsync that is then under way.
_UNSYNCED_S: Final = 2.0
_STALL_S: Final = 3.0
_POWER: Final = "power"


def lose_power(stage: Stage) -> None:
    """Cut the power under load, again and again; each time the server starts on what was on its disk."""
    for _ in range(stage.either((2, 10))):
        stage.sleep(stage.dice.uniform(0.5, 1.2))
        _cut_power(stage)
        stage.server.start()


def _cut_power(stage: Stage) -> None:
    stage.fault(_POWER)
    stage.server.kill()
    stage.notes["gone"] = stage.notes.get("gone", 0) + power.cut(files_of(stage), disk_of(stage))


def cut_power(stage: Stage) -> str:
    """Tell how much was cut off."""
    times, gone = stage.happened(_POWER), stage.notes.get("gone", 0)
    return f"the power was cut {times} times; {gone:,.0f} bytes had not been on the disk" if times else ""


def forgot(stage: Stage) -> str:
    """Tell how much was cut off, if anything was."""
    return cut_power(stage) if stage.notes.get("gone") else ""


def stall_and_lose_power(stage: Stage) -> None:
    """Stall the disk under load, and cut the power while it stalls."""
    _stalled(stage)
    _cut_power(stage)
    disk_of(stage).heal()
    stage.server.start()


def stall_and_kill(stage: Stage) -> None:
    """Stall the disk under load, and kill the server while it stalls."""
    _stalled(stage)
    stage.fault("server")
    stage.server.kill()
    disk_of(stage).heal()
    stage.server.start()


def _stalled(stage: Stage) -> None:
    stage.sleep(1)
    stage.fault("stall", _STALL_S)
    disk_of(stage).stall(_STALL_S)
    stage.sleep(_STALL_S)


def stalled(stage: Stage) -> str:
    """Tell how many calls the disk held up."""
    held = disk_of(stage).held
    return f"fsync stalled for {_STALL_S:g} s, {held} times" if held else ""


def fail_under_always(stage: Stage) -> None:
    """Have the disk fail until the server gives up, and start it on a disk that works."""
    stage.sleep(1)
    stage.fault("fail")
    disk_of(stage).fail()
    stage.until(lambda: not stage.server.is_running, "the end of the server")
    stage.sleep(1)
    disk_of(stage).heal()
    stage.server.start()


def fail_under_everysec(stage: Stage) -> None:
    """Have the disk fail for some seconds."""
    stage.sleep(1)
    stage.fault("fail")
    disk_of(stage).fail()
    stage.until(lambda: _refuses(stage), "a server that refuses writes")
    stage.sleep(stage.either((2, 10)))
    disk_of(stage).heal()
    # A server that refuses writes forces none to its disk, and so does not find out before a key expires, or this.
    with stage.server.client() as client:
        client.bgrewriteaof()


def failed(stage: Stage) -> str:
    """Tell how many calls failed, and how many enqueues were refused."""
    held, refused = disk_of(stage).held, stage.producer.retries
    return f"fsync failed {held} times, and {refused} enqueues were repeated" if held and refused else ""


def fill_up(stage: Stage) -> None:
    """Have no room on the disk for some seconds."""
    assert stage.server.process
    stage.sleep(1)
    stage.fault("full")
    quota.fill(stage.server.process.pid, files_of(stage))
    stage.until(lambda: _refuses(stage), "a server that refuses writes")
    stage.sleep(stage.either((2, 10)))
    quota.free(stage.server.process.pid)


def was_full(stage: Stage) -> str:
    """Tell what the server said of its disk, and how many enqueues were refused."""
    said, refused = stage.server.logged("writing to the AOF file"), stage.producer.retries
    return f"{said} complaints in the server's log, and {refused} enqueues were repeated" if said and refused else ""


def _refuses(stage: Stage) -> bool:
    return "errorstat_MISCONF" in stage.server.info("errorstats")


def rewrite(stage: Stage) -> None:
    """Have the server write a new append-only file and a snapshot, one after another, as long as jobs are put in."""
    with stage.server.client() as client:
        while stage.producer.is_alive():
            for begin in (client.bgrewriteaof, client.bgsave):
                begin()
                stage.until(lambda: _is_idle(stage), "the end of the child that writes")


def _is_idle(stage: Stage) -> bool:
    told = stage.server.info("persistence")
    return not (told["aof_rewrite_in_progress"] or told["rdb_bgsave_in_progress"])


def rewrote(stage: Stage) -> str:
    """Tell how many files were written."""
    files, snapshots = stage.server.logged("Background AOF rewrite finished"), stage.server.logged("Background saving")
    return f"{files} rewrites and {snapshots} snapshots" if files and snapshots else ""


ROWS: Final = (
    Row(
        id="F13",
        title="the server's machine loses power, appendfsync always",
        setup=_ALWAYS,
        inject=lose_power,
        evidence=cut_power,
    ),
    Row(
        id="F13e",
        title="the server's machine loses power, appendfsync everysec",
        setup=_EVERYSEC,
        inject=lose_power,
        evidence=forgot,
        bound=rollback.started(_POWER, _UNSYNCED_S),
        may_lose=rollback.acknowledged(_POWER, _UNSYNCED_S),
        loss="2 s of acks",
        promises=rollback.told_honestly,
        invariants=rollback.STILL,
    ),
    Row(
        id="F14",
        title="the disk stalls for 3 s, then the machine loses power, appendfsync always",
        setup=_ALWAYS,
        inject=stall_and_lose_power,
        evidence=lambda stage: f"{stalled(stage)}; {cut_power(stage)}" if stalled(stage) else "",
        figures=latency.figures,
    ),
    Row(
        id="F14e",
        title="the disk stalls for 3 s, then the server is killed, appendfsync everysec",
        setup=_EVERYSEC,
        inject=stall_and_kill,
        evidence=stalled,
        bound=rollback.started("server", _STALL_S + _UNSYNCED_S),
        may_lose=rollback.acknowledged("server", _STALL_S + _UNSYNCED_S),
        loss="acks of the stall",
        promises=rollback.told_honestly,
        invariants=rollback.STILL,
        figures=latency.figures,
    ),
    Row(
        id="F15",
        title="every fsync fails (EIO) and the server gives up, appendfsync always",
        setup=_ALWAYS,
        inject=fail_under_always,
        evidence=failed,
    ),
    Row(
        id="F15e",
        title="every fsync fails (EIO) for a while, appendfsync everysec",
        setup=_EVERYSEC,
        inject=fail_under_everysec,
        evidence=failed,
    ),
    Row(
        id="F15f",
        title="the disk is full for a while, appendfsync everysec",
        setup=Setup(server=QuotaServer, fsync="everysec"),
        inject=fill_up,
        evidence=was_full,
    ),
    Row(
        id="F17",
        title="the server writes new append-only files and snapshots all the time",
        inject=rewrite,
        evidence=rewrote,
        figures=latency.figures,
    ),
)
