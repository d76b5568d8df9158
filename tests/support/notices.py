"""The ear of a service manager: what a program sends to NOTIFY_SOCKET."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import attrs


@attrs.frozen
class Notices:
    """The messages that have come so far."""

    ear: socket.socket
    heard: list[str] = attrs.field(factory=list)

    def all(self) -> list[str]:
        """Return every message, oldest first."""
        with suppress(BlockingIOError):
            while True:
                self.heard.append(self.ear.recv(4096).decode())
        return self.heard


@contextmanager
def listening(address: Path) -> Iterator[Notices]:
    """Listen at an address as long as the block lasts."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(address))
        ear.settimeout(0)
        yield Notices(ear)
