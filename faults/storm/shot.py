"""A shot: bytes that are sent to a service over a connection of their own, and what is expected to come back."""

from typing import Final

import attrs

PROBE: Final = b"GET /healthz HTTP/1.1\r\nHost: storm\r\nConnection: close\r\n\r\n"


@attrs.frozen(kw_only=True)
class Shot:
    """What is sent, and under which ``subject`` of the table it counts.

    Unless its sender hangs up in the midst of it (``cut``), a request behind it asks whether the connection can be
    used; ``statuses`` are those that its route documents, empty where anything but a fault of the service will do.
    """

    subject: str
    kind: str
    data: bytes
    statuses: frozenset[int] = frozenset()
    is_head: bool = False
    cut: bool = False
