"""Store: sends a call and waits for the reply."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any, Final, TypeVar

import redis
from hiredis import pack_command
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, ReadOnlyError, ResponseError
from redis.retry import Retry

from jobdefs.policy import STORE_DEADLINE
from jobdefs.storage import address
from jobdefs.storage.call import Call
from jobdefs.storage.drivers.failures import translated
from jobdefs.storage.drivers.pool import Pool
from jobdefs.storage.drivers.speech import MAX_CONNECTIONS, OPTIONS, arguments, at_least, parameters, popped, untold

R = TypeVar("R")
_CONNECTION: Final[dict[str, type[Any]]] = {
    "redis": redis.Connection,
    "rediss": redis.SSLConnection,
    "unix": redis.UnixDomainSocketConnection,
}


class Store:
    """Sends calls and waits for their replies; any number of threads may share one.

    It connects at the first request, also in a child after a fork. Every method raises StoreUnavailable, StoreFull or
    StoreUnsuitable; the constructor raises SettingsError for a malformed ``url``. Each answer of the server must begin
    within ``deadline``.
    """

    def __init__(self, url: str, deadline: timedelta = STORE_DEADLINE) -> None:
        place = address.parse(url)
        self._shown = place.shown
        self._deadline_s = deadline.total_seconds()
        options = (
            place.options | OPTIONS | {"retry": Retry(NoBackoff(), 0), "connection_class": _CONNECTION[place.scheme]}
        )
        options |= {"socket_timeout": self._deadline_s, "socket_connect_timeout": self._deadline_s}
        self._pool = Pool(MAX_CONNECTIONS, self._deadline_s, **options)
        self._waiting = Pool(MAX_CONNECTIONS, self._deadline_s, **options)
        self._client: Any = redis.Redis(connection_pool=self._pool)

    @property
    def shown(self) -> str:
        """The server's address without its password."""
        return self._shown

    def send(self, call: Call[R]) -> R:
        """Run the call's script and return its reply, as the call reads it."""
        rest = arguments(call)
        with self._translated():
            connection = self._pool.get_connection()
            try:
                try:
                    reply = _said(connection, "EVALSHA", call.script.sha, *rest)
                except NoScriptError:
                    reply = _said(connection, "EVAL", call.script.source, *rest)
            except ReadOnlyError:
                # The address may lead to another server by now, and this connection would not.
                connection.disconnect()
                raise
            finally:
                self._pool.release(connection)
        return call.parse(reply)

    def wait(self, keys: Sequence[str], timeout_s: float) -> tuple[str, float] | None:
        """Take the lowest member of the first sorted set that has one: its key and score, None after ``timeout_s``."""
        with self._translated(timeout_s):
            connection = self._waiting.get_connection()
            try:
                connection.send_command("BZPOPMIN", *keys, at_least(timeout_s))
                found = connection.read_response(timeout=timeout_s + self._deadline_s)
            except ReadOnlyError:
                connection.disconnect()
                raise
            finally:
                self._waiting.release(connection)
        return popped(found)

    def read_from(self, keys: Sequence[str], offset: int) -> list[bytes]:
        """Return what the strings under these keys hold from this byte on, empty where there is nothing."""
        with self._translated():
            asked = self._client.pipeline(transaction=False)
            for key in keys:
                asked.getrange(key.encode("utf-8", "surrogateescape"), offset, -1)
            found: list[bytes] = asked.execute()
        return found

    def info(self) -> dict[str, Any]:
        """Return what the server says about itself."""
        with self._translated():
            found: dict[str, Any] = self._client.execute_command("INFO")
        return found

    def config(self, *names: str) -> dict[str, str]:
        """Return the server's parameters of these names, without those that it does not have or does not tell."""
        with self._translated():
            try:
                found = self._client.execute_command("CONFIG GET", *names)
            except ResponseError as error:
                return untold(error)
        return parameters(found)

    def ping(self) -> None:
        """Return when the server has answered."""
        with self._translated():
            self._client.execute_command("PING")

    def close(self) -> None:
        """Close every connection, once no other thread uses them; a later request opens new ones."""
        self._pool.close()
        self._waiting.close()

    def _translated(self, extra_s: float = 0) -> AbstractContextManager[None]:
        return translated(self._shown, self._deadline_s + extra_s)


def _said(connection: Any, *script: Any) -> Any:
    # A script may have thousands of arguments, which redis would pack one by one.
    connection.send_packed_command([pack_command(script)])
    return connection.read_response()
