"""Looks again and again whether the server can still keep the promises."""

import time
from typing import Final

from loguru import logger

from jobdefs.storage.drivers import Store
from jobdefs.storage.server import Server
from jobdefs.storage.suitability import Watch

_REPEATED_S: Final = 60.0


class ServerWatch:
    """Says so when the server changes for the worse while the consumer runs, once a minute, and when it is mended."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._watch = Watch(store.shown)
        self._best: tuple[bool, bool] = (False, False)
        self._told = ""
        self._told_at = 0.0

    def look(self) -> None:
        """Ask the server, unless that was just done; raises StoreUnavailable."""
        if self._watch.is_stale:
            self._watch.read(self._store)
            self._tell(self._watch.problem or self._weakened())

    def _weakened(self) -> str:
        server = self._watch.server
        if server is None:
            return ""
        self._best = max(self._best, _persistence(server))
        if _persistence(server) == self._best:
            return ""
        mend = "CONFIG SET appendonly yes" if not server.appendonly else "CONFIG SET appendfsync always"
        return f"The server at {self._store.shown} keeps jobs less safe than before; run {mend}."

    def _tell(self, trouble: str) -> None:
        now = time.monotonic()
        if trouble and (trouble != self._told or now - self._told_at >= _REPEATED_S):
            logger.critical("{}", trouble)
            self._told_at = now
        elif self._told and not trouble:
            logger.info("the server at {} can keep the promises again", self._store.shown)
        self._told = trouble


def _persistence(server: Server) -> tuple[bool, bool]:
    """Return what of its ways to keep jobs is on: an append-only file, and waiting for the disk."""
    return server.appendonly, server.appendonly and server.appendfsync == "always"
