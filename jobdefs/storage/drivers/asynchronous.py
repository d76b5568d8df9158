"""AsyncStore: sends a call and awaits the reply."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final, Self, TypeVar

import redis.asyncio as redis
from hiredis import pack_command
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, ReadOnlyError, ResponseError

from jobdefs.policy import STORE_DEADLINE
from jobdefs.storage import address
from jobdefs.storage.call import Call
from jobdefs.storage.confirmation import Confirmation
from jobdefs.storage.drivers.failures import refusal, translated
from jobdefs.storage.drivers.speech import (
    MAX_CONFIRMING,
    MAX_CONNECTIONS,
    OPTIONS,
    arguments,
    at_least,
    parameters,
    popped,
    untold,
)

R = TypeVar("R")
_CONNECTION: Final[dict[str, type[Any]]] = {
    "redis": redis.Connection,
    "rediss": redis.SSLConnection,
    "unix": redis.UnixDomainSocketConnection,
}


class AsyncStore:
    """Sends calls and awaits their replies, in the event loop that used it first.

    As Store, but ``deadline`` bounds each request as a whole: finding a connection, connecting, sending, the answer.
    """

    def __init__(self, url: str, deadline: timedelta = STORE_DEADLINE) -> None:
        place = address.parse(url)
        self._shown = place.shown
        self._deadline_s = deadline.total_seconds()
        options = (
            place.options | OPTIONS | {"retry": Retry(NoBackoff(), 0), "connection_class": _CONNECTION[place.scheme]}
        )
        # Every use is inside _bounded; a timeout of the socket's own would cost a task per request.
        options |= {"socket_timeout": None, "socket_connect_timeout": self._deadline_s}
        self._pool: Any = redis.BlockingConnectionPool(max_connections=MAX_CONNECTIONS, timeout=None, **options)
        self._confirming: Any = redis.BlockingConnectionPool(max_connections=MAX_CONFIRMING, timeout=None, **options)
        self._waiting: Any = redis.ConnectionPool(**options)
        self._client: Any = redis.Redis(connection_pool=self._pool)

    async def __aenter__(self) -> Self:
        """Return itself; connections open at the first request."""
        return self

    async def __aexit__(self, *error: object) -> None:
        """Close every connection."""
        await self.close()

    @property
    def shown(self) -> str:
        """The server's address without its password."""
        return self._shown

    async def send(self, call: Call[R]) -> R:
        """Run the call's script and return its reply, as the call reads it."""
        (reply,) = await self._run(self._pool, call)
        return call.parse(reply)

    async def confirmed(self, call: Call[R], confirmation: Confirmation) -> tuple[R, str]:
        """Do as ``send`` does, and return also why what it wrote may not be as safe as wanted, empty where it is."""
        reply, *told = await self._run(self._confirming, call, *confirmation.commands)
        replies = [refusal(said) if isinstance(said, ResponseError) else said for said in told]
        return call.parse(reply), confirmation.missing(replies)

    async def _run(self, pool: Any, call: Call[Any], *more: tuple[Any, ...]) -> list[Any]:
        """Run the call's script, then further commands on the same connection; return all replies."""
        rest = arguments(call)
        async with self.bounded():
            connection = await pool.get_connection()
            try:
                replies = await _said(connection, ("EVALSHA", call.script.sha, *rest), *more)
                if isinstance(replies[0], NoScriptError):
                    replies = await _said(connection, ("EVAL", call.script.source, *rest), *more)
                if isinstance(replies[0], ReadOnlyError):
                    # The address may lead to another server by now, and this connection would not.
                    await connection.disconnect()
            finally:
                await pool.release(connection)
            if isinstance(replies[0], ResponseError):
                raise replies[0]
        return replies

    async def wait(self, keys: Sequence[str], timeout_s: float) -> tuple[str, float] | None:
        """Take the lowest member of the first sorted set that has one: its key and score, None after ``timeout_s``."""
        async with self.bounded(timeout_s):
            connection = await self._waiting.get_connection()
            try:
                await connection.send_command("BZPOPMIN", *keys, at_least(timeout_s))
                found = await connection.read_response()
            except ReadOnlyError:
                await connection.disconnect()
                raise
            finally:
                await self._waiting.release(connection)
        return popped(found)

    async def info(self) -> dict[str, Any]:
        """Return what the server says about itself."""
        async with self.bounded():
            found: dict[str, Any] = await self._client.execute_command("INFO")
        return found

    async def config(self, *names: str) -> dict[str, str]:
        """Return the server's parameters of these names, without those that it does not have or does not tell."""
        async with self.bounded():
            try:
                found = await self._client.execute_command("CONFIG GET", *names)
            except ResponseError as error:
                return untold(error)
        return parameters(found)

    async def ping(self) -> None:
        """Return when the server has answered."""
        async with self.bounded():
            await self._client.execute_command("PING")

    async def hang_up(self) -> None:
        """Close every connection that nobody uses: the next request goes to whoever is at the address then."""
        for pool in (self._pool, self._confirming, self._waiting):
            await pool.disconnect(inuse_connections=False)

    async def close(self) -> None:
        """Close every connection."""
        for pool in (self._pool, self._confirming, self._waiting):
            await pool.aclose()

    @asynccontextmanager
    async def bounded(self, extra_s: float = 0) -> AsyncIterator[None]:
        """Bound everything inside by the deadline and ``extra_s``, as a whole; raises StoreUnavailable afterwards.

        What is negative was waited before, and belongs to the whole.
        """
        with translated(self._shown, self._deadline_s + max(extra_s, 0)):
            async with asyncio.timeout(self._deadline_s + extra_s):
                yield


async def _said(connection: Any, script: tuple[Any, ...], *more: tuple[Any, ...]) -> list[Any]:
    """Send commands in one go and return their replies; a refusal is an answer like any other."""
    # A script may have thousands of arguments, which redis would pack one by one.
    await connection.send_packed_command([pack_command(script), *connection.pack_commands(more)])
    return [await _reply(connection) for _ in (script, *more)]


async def _reply(connection: Any) -> Any:
    try:
        return await connection.read_response()
    except ResponseError as error:
        return error
