"""Whether a server can keep the promises, at the start and ever after."""

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import attrs

from jobdefs.durability import DISK
from jobdefs.errors import StoreUnavailable, StoreUnsuitable
from jobdefs.policy import STORE_DEADLINE
from jobdefs.storage.server import ASKED, Server, number

if TYPE_CHECKING:
    from jobdefs.storage.drivers import AsyncStore, Store

OLDEST: Final[dict[str, tuple[int, int]]] = {"Redis": (7, 0), "Valkey": (7, 2)}
KNOWN_FOR: Final = timedelta(seconds=5)
# Whatever is answered, within the deadline, rests on what was read at most KNOWN_FOR ago.
_FRESH_S: Final = (KNOWN_FOR - STORE_DEADLINE).total_seconds()
# What is refused shall be mended within moments.
_SOON_S: Final = 1.0


class Watch:
    """What is known of a server, and since when: changes are seen within five seconds if it is asked about.

    ``clock`` tells seconds. Nothing here waits or locks; whoever shares one between threads takes turns.
    """

    def __init__(self, shown: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._shown = shown
        self._clock = clock
        self._asked_at = self._lasts_s = 0.0
        self._problems: tuple[str, ...] = ()
        self.server: Server | None = None

    @property
    def is_stale(self) -> bool:
        """Whether what is known has to be read again before it is relied on."""
        return self.server is None or self._clock() - self._asked_at >= self._lasts_s

    @property
    def problem(self) -> str:
        """Everything that makes the server unsuitable and how to mend it, in one line; empty where it is suitable."""
        return f"The server at {self._shown} {'; and it '.join(self._problems)}." if self._problems else ""

    def doubt(self, *, refuted: bool) -> None:
        """Read again before long: at once where what is known was ``refuted``, soon where something rests on it."""
        self._lasts_s = 0.0 if refuted else min(self._lasts_s, _SOON_S)

    def forget(self) -> None:
        """Know nothing: there may be another server at the address now."""
        self.server = None

    def read(self, store: "Store") -> None:
        """Ask the server; raises StoreUnavailable, also while it loads its data."""
        asked_at = self._clock()
        self._learn(asked_at, store.info(), store.config(*ASKED))

    async def read_async(self, store: "AsyncStore") -> None:
        """Do as ``read`` does, for an AsyncStore."""
        asked_at = self._clock()
        self._learn(asked_at, await store.info(), await store.config(*ASKED))

    def require(self) -> Server:
        """Return the server's facts; raises StoreUnsuitable in one line that says what is wrong and how to mend it."""
        if self.server is None or self._problems:
            raise StoreUnsuitable(self.problem)
        return self.server

    def _learn(self, asked_at: float, info: Mapping[str, Any], config: Mapping[str, str]) -> None:
        if int(info.get("loading", 0)):
            raise _loading(self._shown)
        server, self._problems = judge(info, config)
        # What was on the disk already stays there while a new file is written.
        known = self.server is not None and self.server.durability == DISK
        self.server = attrs.evolve(server, rewriting=False) if known else server
        self._asked_at, self._lasts_s = asked_at, _SOON_S if self._problems else _FRESH_S


def check(store: "Store") -> Server:
    """Return the server's facts; raises StoreUnsuitable in one line that says what is wrong and how to mend it."""
    watch = Watch(store.shown)
    watch.read(store)
    return watch.require()


async def check_async(store: "AsyncStore") -> Server:
    """Do as ``check`` does, for an AsyncStore."""
    watch = Watch(store.shown)
    await watch.read_async(store)
    return watch.require()


def _loading(shown: str) -> StoreUnavailable:
    # A server that reads its append-only file says meanwhile that it keeps none.
    failure = StoreUnavailable(f"The server at {shown} is still loading its data; try again shortly.")
    failure.answered = True
    return failure


def judge(info: Mapping[str, Any], config: Mapping[str, str]) -> tuple[Server, tuple[str, ...]]:
    """Return the facts in the replies to INFO and CONFIG GET, and everything that makes this server unsuitable."""
    server = Server.read(info, config)
    found = (_age(server), _eviction(str(info.get("maxmemory_policy", ""))), _role(str(info.get("role", ""))))
    return server, tuple(problem for problem in found if problem)


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
