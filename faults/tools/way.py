"""One direction through a proxy: what passes, and what is done to it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import attrs


@attrs.frozen
class Message:
    """A whole request or reply.

    ``number`` is that of the request in all, ``nth`` that on its connection, and ``connection`` that of the connection,
    each from 1; a reply bears the numbers of its request.
    """

    number: int
    connection: int
    nth: int
    data: bytes


class Cut(Exception):
    """Raised by an action: the connection is closed at both ends after so many bytes of the message have passed."""

    def __init__(self, after: int = 0) -> None:
        super().__init__(after)
        self.after = after


Action = Callable[[Message], object]


def cut(_message: Message) -> None:
    """Close the connection before the message."""
    raise Cut


def cut_after(size: int) -> Action:
    """Return what closes the connection after so many bytes of a message."""

    def act(_message: Message) -> None:
        raise Cut(size)

    return act


def at(number: int, action: Action) -> Action:
    """Return what does this to the message of one number (of all requests), and nothing to any other."""

    def act(message: Message) -> None:
        if message.number == number:
            action(message)

    return act


def nothing(_message: Message) -> None:
    """Let a message pass."""


class Way:
    """Requests on their way to the server, or replies on theirs to the client, of all connections together.

    ``act`` is called with each message before it passes on, in the thread of its connection. ``delay_s`` is how long
    each one is kept, in seconds.
    """

    def __init__(self) -> None:
        self.act: Action = nothing
        self.delay_s = 0.0
        self.count = 0
        self._counting: Final = threading.Lock()
        self._free = threading.Event()
        self._free.set()

    def number(self) -> int:
        """Count one message more, and return its number."""
        with self._counting:
            self.count += 1
            return self.count

    def carry(self, message: Message, send: Callable[[bytes], object]) -> None:
        """Send a message once it may pass; raises Cut where it must not, or not whole."""
        self._free.wait()
        time.sleep(self.delay_s)
        try:
            self.act(message)
        except Cut as where:
            send(message.data[: where.after])
            raise
        send(message.data)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let nothing pass as long as the block lasts; what came meanwhile passes afterwards."""
        self._free.clear()
        try:
            yield
        finally:
            self.release()

    def release(self) -> None:
        """Let everything pass again."""
        self._free.set()
