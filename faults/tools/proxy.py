"""A proxy before a Redis or Valkey server: counts requests and replies, and cuts, holds or slows them where it is told.

    with Proxy(server.url) as proxy:
        proxy.requests.act = at(7, cut)              # the 7th request never arrives
        proxy.replies.act = at(7, cut)               # it arrives, and nobody hears of it
        proxy.replies.act = at(7, cut_after(20))     # of its reply only 20 bytes are heard
        proxy.replies.act = at(7, kill)              # whatever else, before the reply passes on
        with proxy.replies.held(): ...               # requests arrive, and no reply comes back
        with proxy.cut_off(): ...                    # nobody gets through

Whoever connects to ``proxy.url`` is connected to the server.
"""

import itertools
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import urlsplit

from faults.tools.line import Line
from faults.tools.way import Action, Cut, Message, Way, at, cut, cut_after

__all__ = ["Action", "Cut", "Message", "Proxy", "Way", "at", "cut", "cut_after"]

_CONNECT_S: Final = 5.0


class Proxy:
    """Stands before the server at a ``unix://`` or ``redis://`` URL, in threads of this process.

    It speaks plain RESP 2, in which every request has one reply. The server may be started anew at its address.
    ``attempts`` is how often somebody has tried to connect.
    """

    def __init__(self, url: str) -> None:
        self.requests = Way()
        self.replies = Way()
        self.attempts = 0
        self._server = urlsplit(url)
        self._place = Path(tempfile.mkdtemp(prefix="p-"))
        self._listener = self._listen()
        self._numbers = itertools.count(1)
        self._lines: list[Line] = []
        self._is_cut_off = self._is_closing = False
        self._thread = threading.Thread(target=self._accept, name="Proxy", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close it."""
        self.close()

    @property
    def url(self) -> str:
        """The address at which it takes connections, with the server's database."""
        if self._server.scheme == "unix":
            return f"unix://{self._listener.getsockname()}"
        host, port = self._listener.getsockname()
        return f"redis://{host}:{port}{self._server.path}"

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return sum(line.is_open for line in self._lines)

    def cut(self) -> None:
        """Close every connection, at both of its ends."""
        for line in self._lines:
            line.close()

    @contextmanager
    def cut_off(self) -> Iterator[None]:
        """Close every connection, and each new one at once, as long as the block lasts."""
        self._is_cut_off = True
        self.cut()
        try:
            yield
        finally:
            self._is_cut_off = False

    def close(self) -> None:
        """Close everything, and wait for the threads."""
        self._is_closing = self._is_cut_off = True
        # A thread that waits for connections wakes up for one.
        _connected(self._listener.family, self._listener.getsockname()).close()
        self._thread.join()
        self._listener.close()
        for line in self._lines:
            line.close()
        for way in (self.requests, self.replies):
            way.release()
        for line in self._lines:
            line.join()
        shutil.rmtree(self._place)

    def _listen(self) -> socket.socket:
        if self._server.scheme == "unix":
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(str(self._place / "s"))
            listener.listen()
            return listener
        return socket.create_server(("127.0.0.1", 0))

    def _accept(self) -> None:
        while True:
            client, _ = self._listener.accept()
            self.attempts += 1
            server = None if self._is_cut_off else self._reach()
            if server is not None:
                self._lines.append(Line(next(self._numbers), client, server, self.requests, self.replies))
                if self._is_cut_off:
                    self.cut()
                continue
            client.close()
            if self._is_closing:
                return

    def _reach(self) -> socket.socket | None:
        try:
            if self._server.scheme == "unix":
                return _connected(socket.AF_UNIX, self._server.path)
            return _connected(socket.AF_INET, (self._server.hostname, self._server.port))
        except OSError:
            return None


def _connected(family: int, address: Any) -> socket.socket:
    end = socket.socket(family)
    end.settimeout(_CONNECT_S)
    try:
        end.connect(address)
    except OSError:
        end.close()
        raise
    end.settimeout(None)
    return end
