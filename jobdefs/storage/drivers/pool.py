"""A pool of connections: redis' own without what it notes of itself, which takes half of its time."""

from queue import Empty
from typing import Any

import redis


class Pool(redis.BlockingConnectionPool):
    """Lends up to ``most`` connections that are connected and have nothing to be read, the one used last first."""

    def __init__(self, most: int, patience_s: float, **options: Any) -> None:
        super().__init__(max_connections=most, timeout=patience_s, **options)  # type: ignore[no-untyped-call] # redis' gap

    def get_connection(self, *_unused: Any, **_options: Any) -> Any:
        """Return a connection; raises redis.ConnectionError where all are lent for longer than ``patience_s``."""
        self._checkpid()
        try:
            connection = self.pool.get(timeout=self.timeout)
        except Empty:
            raise redis.ConnectionError("No connection available.") from None
        try:
            if connection is None:
                connection = self.make_connection()  # type: ignore[no-untyped-call] # redis' gap
            if not _is_ready(connection):
                connection.disconnect()
                connection.connect()
        except BaseException:
            self.pool.put_nowait(connection)
            raise
        return connection

    def release(self, connection: Any) -> None:
        """Take a connection back; where it belongs to the process before a fork, only its place."""
        self._checkpid()
        self.pool.put_nowait(connection if self.owns_connection(connection) else None)


def _is_ready(connection: Any) -> bool:
    """Tell whether the server has neither hung up nor said what nobody has read."""
    try:
        return bool(connection.is_connected) and not connection.can_read()
    except (redis.RedisError, OSError):
        return False
