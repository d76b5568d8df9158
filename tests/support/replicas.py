"""A primary and its replica, both real; replication needs ports, on loopback."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import redis

from tests.support.servers import RealServer, running
from tests.support.waiting import eventually


@contextmanager
def replicated(kind: str, *options: str) -> Iterator[tuple[RealServer, RealServer]]:
    """Run a primary of a kind with one replica that is in step, as long as the block lasts."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
    with (
        running(kind, "--port", port, "--repl-diskless-sync-delay", "0", *options) as primary,
        running(kind, "--replicaof", "127.0.0.1", port) as replica,
        primary.client() as admin,
    ):
        eventually(lambda: _in_step(admin), what="the replica")
        yield primary, replica


def _in_step(admin: redis.Redis) -> bool:
    admin.set("step", "")
    confirmed: int = admin.wait(1, 100)
    admin.delete("step")
    return confirmed == 1
