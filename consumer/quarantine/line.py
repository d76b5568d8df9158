"""The process's end of the line to its parent."""

import os
import queue
import select
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any, Final

from consumer.quarantine import lines
from consumer.quarantine.guard import is_orphan
from consumer.quarantine.lines import Said, Word

_PIECE: Final = 65_536
_LOOK_S: Final = 1.0
_LAST_S: Final = 1.0


class Line:
    """Hears in a thread of its own, so that the process ends soon after its parent, whatever runs in it."""

    def __init__(self, descriptor: int, parent: int) -> None:
        # Programs that a handler starts must not keep it open.
        os.set_inheritable(descriptor, False)  # noqa: FBT003 - the function's own signature
        self._socket = socket.socket(fileno=descriptor)
        self._parent = parent
        self._heard: queue.SimpleQueue[Said | None] = queue.SimpleQueue()
        threading.Thread(target=self._listen, name="Line", daemon=True).start()

    @property
    def descriptor(self) -> int:
        """The file by which it talks."""
        return self._socket.fileno()

    def said(self) -> Iterator[Said]:
        """Yield what the parent says until it has no more to say."""
        yield from iter(self._heard.get, None)

    def say(self, word: Word, *content: Any) -> None:
        """Say something to the parent."""
        try:
            self._socket.sendall(lines.write(word, *content))
        except OSError:
            # Nobody is left to whom it could matter.
            os._exit(1)

    def _listen(self) -> None:
        reader = lines.Reader()
        while piece := self._next_piece():
            for said in reader.feed(piece):
                self._heard.put(said)
        self._heard.put(None)
        time.sleep(_LAST_S)
        os._exit(1)

    def _next_piece(self) -> bytes:
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        while not poll.poll(_LOOK_S * 1000):
            if is_orphan(self._parent):
                return b""
        try:
            return self._socket.recv(_PIECE)
        except OSError:
            return b""
