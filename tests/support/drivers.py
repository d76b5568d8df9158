"""The drivers in tests: calls of any script, sent by either kind of store, and a listener that is no good server."""

import asyncio
import hashlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

import pytest

from jobdefs.storage.call import Call
from jobdefs.storage.drivers import AsyncStore, Store
from jobdefs.storage.scripts import Script

SHORT: Final = timedelta(milliseconds=200)


def call(source: str, *args: str | bytes | int, parse: Callable[[Any], Any] = lambda reply: reply) -> Call[Any]:
    """Make a call of any script."""
    return Call(
        Script("test", source, hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest()),
        ("{t}:key",),
        args,
        parse,
    )


ECHO = call("return {KEYS[1], ARGV[1], 7}", "word")


def sent(url: str, request: Call[Any] = ECHO, deadline: timedelta = SHORT) -> Any:
    """Send a call by a Store of its own, and return the reply."""
    store = Store(url, deadline)
    try:
        return store.send(request)
    finally:
        store.close()


def sent_async(url: str, request: Call[Any] = ECHO, deadline: timedelta = SHORT) -> Any:
    """Send a call by an AsyncStore of its own, and return the reply."""

    async def main() -> Any:
        async with AsyncStore(url, deadline) as store:
            return await store.send(request)

    return asyncio.run(main())


both = pytest.mark.parametrize("send", [sent, sent_async])


@contextmanager
def listening(answer: Callable[[bytes], bytes]) -> Iterator[tuple[str, list[bytes]]]:
    """A TCP listener that answers what the function says, and hangs up where it says nothing."""
    heard: list[bytes] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                while request := connection.recv(65536):
                    heard.append(request)
                    if not (reply := answer(request)):
                        break
                    connection.sendall(reply)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"redis://user:hunter2@127.0.0.1:{listener.getsockname()[1]}/0", heard
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def redis_saying(reply: bytes) -> Callable[[bytes], bytes]:
    """Answer as a server does that takes the password and says this to everything else."""
    return lambda request: b"+OK\r\n" if b"AUTH" in request else reply
