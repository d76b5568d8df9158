"""The server becomes a replica, or one takes over from it: F27, F28, F29, F30."""

from typing import Final

import attrs

from faults import rollback
from faults.orders import Order
from faults.replication import PeerServer, fail_over, peer_of, primary_of, rejoin, with_a_replica
from faults.row import Row, mixed
from faults.setup import Setup
from faults.stage import Stage

_LEVEL: Final = "replica:1"
_CONFIRMED: Final = Setup(server=PeerServer, seconds=(6.0, 20.0), variables={"JOBS_DURABILITY": _LEVEL})
_IN_MEMORY: Final = Setup(server=PeerServer, seconds=(6.0, 20.0))
_TAKES_OVER: Final = "takes-over"
_LAG_S: Final = 1.0
_CUT_S: Final = 3.0
_READ_ONLY: Final = "read-only"
_NOWHERE: Final = 1


def confirmed(stage: Stage) -> list[Order]:
    """Return the usual orders, of which each wants to be on a replica before it is acknowledged."""
    return [attrs.evolve(order, options=order.options | {"durability": _LEVEL}) for order in mixed(stage)]


def make_read_only(stage: Stage) -> None:
    """Make the server a replica of nobody who is there, and a primary again."""
    stage.sleep(1)
    with stage.server.client() as client:
        client.replicaof("127.0.0.1", _NOWHERE)
        stage.fault(_READ_ONLY, client.info("replication")["role"])
        stage.sleep(stage.either((3.0, 30.0)))
        client.replicaof("no", "one")


def refused_writes(stage: Stage) -> str:
    """Tell how many writes the server refused."""
    refused = stage.server.info("errorstats").get("errorstat_READONLY", {}).get("count", 0)
    return f"{refused} writes refused by a replica; {stage.producer.retries} enqueues got no job" if refused else ""


def kill_primary(stage: Stage) -> None:
    """Kill the primary, have its replica take over, and the old one come back as a replica."""
    stage.sleep(1.5)
    _kill_and_take_over(stage)


def kill_primary_behind_a_cut(stage: Stage) -> None:
    """Cut replication, and after a while kill the primary, have its replica take over, and the old one come back."""
    stage.sleep(1)
    peer_of(stage).follow(_NOWHERE)
    stage.fault("replication-cut")
    stage.sleep(_CUT_S)
    _kill_and_take_over(stage)


def _kill_and_take_over(stage: Stage) -> None:
    primary_of(stage).kill()
    stage.fault(_TAKES_OVER)
    stage.sleep(0.3)
    fail_over(stage)
    stage.sleep(0.5)
    rejoin(stage)


def come_back_from_a_freeze(stage: Stage) -> None:
    """Freeze the primary, have its replica take over, let the old one serve whoever is connected, and demote it."""
    stage.sleep(1.5)
    with primary_of(stage).frozen():
        stage.fault(_TAKES_OVER)
        fail_over(stage)
        stage.sleep(2)
    stage.sleep(1)
    rejoin(stage)
    stage.fault(_TAKES_OVER)


def took_over(stage: Stage) -> str:
    """Tell who serves and who follows."""
    primary, replica = primary_of(stage).info("replication"), peer_of(stage).info("replication")
    told = f"the replica became the {primary['role']}, and the old one its {replica['role']}"
    return told if stage.happened(_TAKES_OVER) and replica["role"] != "master" else ""


ROWS: Final = (
    Row(
        id="F27",
        title="the server is read-only for a while (REPLICAOF)",
        setup=Setup(fsync="always", seconds=(5.0, 40.0)),
        inject=make_read_only,
        evidence=refused_writes,
    ),
    Row(
        id="F28",
        title="the primary is killed and its replica takes over, level replica:1",
        setup=_CONFIRMED,
        orders=confirmed,
        inject=kill_primary,
        evidence=took_over,
        bound=rollback.started(_TAKES_OVER, _LAG_S),
        invariants=rollback.STILL,
        route=with_a_replica,
    ),
    Row(
        id="F29",
        title="replication is cut for 3 s before the primary is killed, level replica:1",
        setup=_CONFIRMED,
        orders=confirmed,
        inject=kill_primary_behind_a_cut,
        evidence=took_over,
        bound=rollback.started(_TAKES_OVER, _CUT_S + _LAG_S),
        invariants=rollback.STILL,
        route=with_a_replica,
    ),
    Row(
        id="F29m",
        title="replication is cut for 3 s before the primary is killed, level memory",
        setup=_IN_MEMORY,
        inject=kill_primary_behind_a_cut,
        evidence=took_over,
        bound=rollback.started(_TAKES_OVER, _CUT_S + _LAG_S),
        may_lose=rollback.acknowledged(_TAKES_OVER, _CUT_S + _LAG_S),
        loss="acks since the cut",
        invariants=rollback.STILL,
        route=with_a_replica,
    ),
    Row(
        id="F30",
        title="the primary freezes, its replica takes over, and the old one comes back and is demoted, level replica:1",
        setup=_CONFIRMED,
        orders=confirmed,
        inject=come_back_from_a_freeze,
        evidence=took_over,
        bound=rollback.started(_TAKES_OVER, 2 + _LAG_S),
        invariants=rollback.STILL,
        route=with_a_replica,
        rival="it stays connected to the old primary, which refuses every write, for ever",
    ),
)
