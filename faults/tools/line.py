"""One connection through a proxy: a thread for what the client says, and one for what the server answers."""

import queue
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from faults.tools.resp import Splitter
from faults.tools.way import Cut, Message, Way

_BYTES: Final = 65_536


class Line:
    """Carries whole messages between a client and a server until one of them hangs up, or the line is cut."""

    def __init__(self, number: int, client: socket.socket, server: socket.socket, requests: Way, replies: Way) -> None:
        self.is_open = True
        self._number = number
        self._ends = (client, server)
        self._asked: queue.SimpleQueue[tuple[int, int]] = queue.SimpleQueue()
        self._count = 0
        self._requests = requests
        self._threads = [
            threading.Thread(target=self._carry, args=(client, server, requests, self._ask), daemon=True),
            threading.Thread(target=self._carry, args=(server, client, replies, self._asked.get), daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Hang up at both ends."""
        self.is_open = False
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def join(self) -> None:
        """Wait for the threads of a closed line, and free its sockets."""
        for thread in self._threads:
            thread.join()
        for end in self._ends:
            end.close()

    def _ask(self) -> tuple[int, int]:
        self._count += 1
        numbers = self._requests.number(), self._count
        self._asked.put(numbers)
        return numbers

    def _carry(
        self, source: socket.socket, target: socket.socket, way: Way, numbers: Callable[[], tuple[int, int]]
    ) -> None:
        splitter = Splitter()
        with suppress(Cut, OSError):
            while data := source.recv(_BYTES):
                for whole in splitter.feed(data):
                    number, nth = numbers()
                    way.carry(Message(number, self._number, nth, whole), target.sendall)
        self.close()
