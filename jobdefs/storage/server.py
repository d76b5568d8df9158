"""What a server says of itself: its kind and version, and what it does to keep what it is told."""

from collections.abc import Mapping
from typing import Any, Final, Self

import attrs

from jobdefs.durability import DISK, MEMORY, Durability

# The parameters that a server is asked for besides INFO, where it tells them.
ASKED: Final = ("appendonly", "appendfsync", "no-appendfsync-on-rewrite")
_WAITAOF: Final[dict[str, tuple[int, int]]] = {"Redis": (7, 2), "Valkey": (7, 2)}


@attrs.frozen(kw_only=True)
class Server:
    """The facts. ``appendfsync`` is None where the server does not tell it.

    ``lax``: nothing is forced to the disk while a child writes a new append-only file. ``rewriting``: one does so now;
    perhaps it is the first such file, and until it is complete nothing else is kept.
    """

    name: str
    version: str
    appendonly: bool = False
    appendfsync: str | None = None
    lax: bool = False
    rewriting: bool = False
    replicas: int = 0

    @classmethod
    def read(cls, info: Mapping[str, Any], config: Mapping[str, str]) -> Self:
        """Read the replies to INFO and, for what is in ASKED, to CONFIG GET."""
        return cls(
            name=_name(info),
            version=str(info.get("valkey_version") or info.get("redis_version") or "of an unknown version"),
            appendonly=bool(int(info.get("aof_enabled", 0))),
            appendfsync=config.get("appendfsync"),
            lax=config.get("no-appendfsync-on-rewrite", "no") != "no",
            rewriting=any(int(info.get(f"aof_rewrite_{word}", 0)) for word in ("in_progress", "scheduled")),
            replicas=int(info.get("connected_slaves", 0)),
        )

    def told(self, config: Mapping[str, str]) -> Self:
        """Return the facts with what CONFIG GET says of them since."""
        return attrs.evolve(
            self,
            appendonly=config.get("appendonly") == "yes",
            appendfsync=config.get("appendfsync"),
            lax=config.get("no-appendfsync-on-rewrite", "no") != "no",
        )

    @property
    def durability(self) -> Durability:
        """How safe a job is when the server has said yes to it."""
        synced = self.appendonly and self.appendfsync == "always"
        return DISK if synced and not (self.lax or self.rewriting) else MEMORY

    @property
    def has_waitaof(self) -> bool:
        """Whether it can say that a write is on its disk."""
        return number(self.version) >= _WAITAOF.get(self.name, (10_000, 0))


def number(version: str) -> tuple[int, int]:
    """Return the first two parts of a version such as ``7.0.15``; what is no number counts as 0."""
    major, minor, *_ = (*version.split("."), "0", "0")
    return int(major) if major.isdigit() else 0, int(minor) if minor.isdigit() else 0


def _name(info: Mapping[str, Any]) -> str:
    if "dragonfly_version" in info:
        return "Dragonfly"
    if "valkey_version" in info or info.get("server_name") == "valkey":
        return "Valkey"
    return "Redis" if "redis_version" in info else "an unknown server"
