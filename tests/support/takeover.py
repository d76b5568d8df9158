"""An address that leads to one of two servers, and then to the other one, as a name or a virtual IP does."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import attrs

from tests.support.servers import RealServer, running


@attrs.frozen
class Address:
    """A link to the socket of the first server, until another one takes over; nobody copies what it has."""

    link: Path
    first: RealServer
    second: RealServer

    @property
    def url(self) -> str:
        """The address, as for REDIS_URL."""
        return f"unix://{self.link}"

    def take_over(self) -> None:
        """Lead whoever connects from now on to the second server."""
        self.link.unlink()
        self.link.symlink_to(self.second.url.removeprefix("unix://"))

    def demote(self) -> None:
        """Make the first server a replica, which refuses writes."""
        with self.first.client() as admin:
            admin.replicaof("127.0.0.1", 1)


@contextmanager
def two_servers(place: Path) -> Iterator[Address]:
    """Run both as long as the block lasts, with the address in a folder."""
    with ExitStack() as stack:
        first, second = (stack.enter_context(running("valkey")) for _ in range(2))
        link = place / "a"
        link.symlink_to(first.url.removeprefix("unix://"))
        yield Address(link, first, second)
