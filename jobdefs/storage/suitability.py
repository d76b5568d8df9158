"""Whether a server can keep the promises, and how durable its word is."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Literal

import attrs

from jobdefs.errors import StoreUnsuitable

if TYPE_CHECKING:
    from jobdefs.storage.drivers import AsyncStore, Store

OLDEST: Final[dict[str, tuple[int, int]]] = {"Redis": (7, 0), "Valkey": (7, 2)}


@attrs.frozen(kw_only=True)
class Server:
    """What a server says of itself. ``appendfsync`` is None where it does not tell."""

    name: str
    version: str
    appendonly: bool = False
    appendfsync: str | None = None

    @property
    def durability(self) -> Literal["disk", "memory"]:
        """Where a job is when the server has said yes to it."""
        return "disk" if self.appendonly and self.appendfsync == "always" else "memory"


def check(store: "Store") -> Server:
    """Return the server's facts; raises StoreUnsuitable in one line that says what is wrong and how to mend it."""
    return _accepted(store.shown, store.info(), store.config("appendfsync"))


async def check_async(store: "AsyncStore") -> Server:
    """Do as ``check`` does, for an AsyncStore."""
    return _accepted(store.shown, await store.info(), await store.config("appendfsync"))


def judge(info: Mapping[str, Any], appendfsync: str | None) -> tuple[Server, tuple[str, ...]]:
    """Return the facts in the reply to INFO, and everything that makes this server unsuitable."""
    server = Server(
        name=_name(info),
        version=str(info.get("valkey_version") or info.get("redis_version") or "of an unknown version"),
        appendonly=bool(int(info.get("aof_enabled", 0))),
        appendfsync=appendfsync,
    )
    found = (_age(server), _eviction(str(info.get("maxmemory_policy", ""))), _role(str(info.get("role", ""))))
    return server, tuple(problem for problem in found if problem)


def _accepted(shown: str, info: Mapping[str, Any], appendfsync: str | None) -> Server:
    server, problems = judge(info, appendfsync)
    if problems:
        message = f"The server at {shown} {'; and it '.join(problems)}."
        raise StoreUnsuitable(message)
    return server


def _name(info: Mapping[str, Any]) -> str:
    if "dragonfly_version" in info:
        return "Dragonfly"
    if "valkey_version" in info or info.get("server_name") == "valkey":
        return "Valkey"
    return "Redis" if "redis_version" in info else "an unknown server"


def _age(server: Server) -> str:
    wanted = " or ".join(f"{name} {major}.{minor} or newer" for name, (major, minor) in OLDEST.items())
    if server.name not in OLDEST:
        return f"is {server.name}, not Redis or Valkey; set REDIS_URL to {wanted}"
    if number(server.version) < OLDEST[server.name]:
        return f"is {server.name} {server.version}, which is too old; set REDIS_URL to {wanted}"
    return ""


def _eviction(policy: str) -> str:
    if policy in ("", "noeviction"):
        return ""
    mend = "run CONFIG SET maxmemory-policy noeviction and put it into its configuration file"
    return f"may throw jobs away (maxmemory-policy {policy}); {mend}"


def _role(role: str) -> str:
    return "" if role in ("", "master") else "is a read-only replica; set REDIS_URL to its primary"


def number(version: str) -> tuple[int, int]:
    """Return the first two parts of a version such as ``7.0.15``; what is no number counts as 0."""
    major, minor, *_ = (*version.split("."), "0", "0")
    return int(major) if major.isdigit() else 0, int(minor) if minor.isdigit() else 0
