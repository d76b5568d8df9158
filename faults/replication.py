"""A primary with a replica, and an address that leads to whichever of them serves.

The address is a link to a socket. An operator has a name or a virtual IP for it: whoever connects anew gets to the
server that it leads to, and whoever is connected already stays where he is.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs

from faults.server import Server, running
from faults.stage import Stage


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


@attrs.define
class PeerServer(Server):
    """A server that can be the primary of another one, or its replica; use it with ``with_a_replica``."""

    port: int = attrs.field(factory=_free_port)
    peer: "PeerServer | None" = None

    def __attrs_post_init__(self) -> None:
        """Have it take replicas in, which needs a port."""
        self.options += ("--port", str(self.port), "--repl-diskless-sync-delay", "0")

    def follow(self, port: int) -> None:
        """Become the replica of whoever listens there."""
        with self.client() as client:
            client.replicaof("127.0.0.1", port)

    def lead(self) -> None:
        """Become a primary."""
        with self.client() as client:
            client.replicaof("no", "one")

    @property
    def has_replica(self) -> bool:
        """Whether another one has everything that it has."""
        with self.client() as client:
            client.set("in-step", "")
            confirmed: int = client.wait(1, 100)
            client.delete("in-step")
        return confirmed == 1


@contextmanager
def with_a_replica(stage: Stage) -> Iterator[str]:
    """Run a replica beside the server, and give an address that leads to the server."""
    primary = primary_of(stage)
    primary.peer = PeerServer(primary.kind, stage.place / "r", stage.setup.server_options)
    with running(primary.peer):
        primary.peer.follow(primary.port)
        stage.until(lambda: primary.has_replica, "a replica that is in step")
        _lead_to(stage, primary)
        yield f"unix://{_address(stage)}"


def primary_of(stage: Stage) -> PeerServer:
    """Return the server that serves."""
    assert isinstance(stage.server, PeerServer)
    return stage.server


def peer_of(stage: Stage) -> PeerServer:
    """Return the other one."""
    peer = primary_of(stage).peer
    assert peer
    return peer


def fail_over(stage: Stage) -> None:
    """Have the replica become the primary, and the address lead there."""
    old, new = primary_of(stage), peer_of(stage)
    new.lead()
    stage.server, new.peer = new, old
    _lead_to(stage, new)


def rejoin(stage: Stage) -> None:
    """Have the other one follow the server that serves, and wait until it is in step."""
    if not peer_of(stage).is_running:
        peer_of(stage).start()
    peer_of(stage).follow(primary_of(stage).port)
    stage.until(lambda: primary_of(stage).has_replica, "a replica that is in step")


def _address(stage: Stage) -> Path:
    return stage.place / "a"


def _lead_to(stage: Stage, server: Server) -> None:
    half = _address(stage).with_suffix(".new")
    half.symlink_to(server.socket)
    half.rename(_address(stage))
