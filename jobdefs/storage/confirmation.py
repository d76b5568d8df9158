"""What makes certain that a job is as safe as was asked for: what is sent behind it, and how the replies are read.

Nothing here does any I/O.
"""

from collections.abc import Sequence
from typing import Any, Final

import attrs

from jobdefs.clock import to_ms
from jobdefs.durability import MEMORY, Durability
from jobdefs.errors import NotDurable
from jobdefs.policy import CONFIRMATION
from jobdefs.storage.server import ASKED, Server

_WAIT_MS: Final = to_ms(CONFIRMATION)
_KEEP: Final = "and put it into its configuration file"


@attrs.frozen
class Confirmation:
    """The commands that follow a submission on its connection, and what they must be answered."""

    level: Durability
    server: Server

    @property
    def commands(self) -> tuple[tuple[str | int, ...], ...]:
        """What to send; the replies tell of what the connection has written before."""
        if self.level.replicas:
            return (("WAIT", self.level.replicas, _WAIT_MS),)
        config = ("CONFIG GET", *ASKED)
        return (("WAITAOF", 1, 0, _WAIT_MS), config) if self.server.has_waitaof else (config,)

    def failure(self, shown: str, missing: str) -> NotDurable:
        """Return the error for what is missing at this server."""
        return NotDurable(
            f"{self.level} was asked for, and the server at {shown} {missing}; "
            "the job may be in: send it again with the same id."
        )

    def missing(self, replies: Sequence[Any]) -> str:
        """Say why the level is not reached, empty where it is; a refusal among the replies is its text."""
        if self.level.replicas:
            (count,) = replies
            return count if isinstance(count, str) else _shortage(count, self.level, "confirmed it within 500 ms")
        *waited, config = replies
        if isinstance(config, str):
            return config
        # Before WAITAOF is believed: under everysec it may answer too early (README.md).
        return hindrance(self.level, self.server.told(_pairs(config))) or _unwritten(waited)


def confirmation(level: Durability, server: Server, shown: str) -> Confirmation | None:
    """Return what confirms a level, None for ``memory``; raises NotDurable where this server can never reach it."""
    if why := hindrance(level, server):
        raise NotDurable(f"{level} was asked for, and the server at {shown} {why}. The job was not put in.")
    return None if level == MEMORY else Confirmation(level, server)


def hindrance(level: Durability, server: Server) -> str:
    """Say why a server cannot reach a level and how to mend it, empty where it can."""
    if level.replicas:
        return _shortage(server.replicas, level, "are there; bring them back, or attach more")
    return _memory_only(server) if level.disk else ""


def _shortage(count: int, level: Durability, what: str) -> str:
    return f"has too few replicas: {count} of {level.replicas} {what}" if count < level.replicas else ""


def _memory_only(server: Server) -> str:
    if not server.appendonly:
        return f"keeps no append-only file; run CONFIG SET appendonly yes and CONFIG SET appendfsync always {_KEEP}"
    if server.appendfsync is None:
        return "does not tell whether it writes to its disk at once; permit its user the command CONFIG GET"
    if server.appendfsync != "always":
        return f"writes to its disk later (appendfsync {server.appendfsync}); run CONFIG SET appendfsync always {_KEEP}"
    if server.has_waitaof:
        return ""
    if server.lax:
        return (
            "may write to its disk later (no-appendfsync-on-rewrite yes); "
            f"run CONFIG SET no-appendfsync-on-rewrite no {_KEEP}"
        )
    return (
        "is writing a new append-only file, perhaps its first; try again when that has ended"
        if server.rewriting
        else ""
    )


def _unwritten(waited: Sequence[Any]) -> str:
    for reply in waited:
        if isinstance(reply, str):
            return reply
        if reply[0] < 1:
            return f"did not write it to its disk within {_WAIT_MS} ms"
    return ""


def _pairs(reply: Sequence[bytes]) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in zip(reply[::2], reply[1::2], strict=True)}
