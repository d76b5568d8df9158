"""Sends shots to a service, several at once, each over a connection of its own."""

import socket
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import islice
from typing import Final

import attrs

from faults.storm.shot import PROBE, Shot

Address = tuple[str, int]
_AT_ONCE: Final = 8
_PATIENCE_S: Final = 20.0
_CUT_S: Final = 0.05
_PIECE: Final = 65_536


@attrs.frozen
class Echo:
    """What came back, and whether the service ended the connection, as it must, since it was asked to in the end."""

    shot: Shot
    data: bytes
    ended: bool


def fire(address: Address, shots: Iterable[Shot]) -> Iterator[Echo]:
    """Send every shot and yield what came back, in their order."""
    rest = iter(shots)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        # A few at a time, since some have megabytes.
        while some := list(islice(rest, 4 * _AT_ONCE)):
            yield from pool.map(lambda shot: _fire(address, shot), some)


def _fire(address: Address, shot: Shot) -> Echo:
    with socket.create_connection(address, _PATIENCE_S) as connection:
        if shot.cut:
            with suppress(OSError):
                connection.sendall(shot.data)
            connection.settimeout(_CUT_S)
            return Echo(shot, *_received(connection))
        # A service may answer, and hang up, before it has everything.
        sender = threading.Thread(target=_send, args=(connection, shot.data + PROBE), daemon=True)
        sender.start()
        data, ended = _received(connection)
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        sender.join()
        return Echo(shot, data, ended)


def _send(connection: socket.socket, data: bytes) -> None:
    with suppress(OSError):
        connection.sendall(data)


def _received(connection: socket.socket) -> tuple[bytes, bool]:
    pieces = []
    try:
        while piece := connection.recv(_PIECE):
            pieces.append(piece)
    except TimeoutError:
        return b"".join(pieces), False
    except OSError:  # a reset: it hung up while more came than it wanted
        pass
    return b"".join(pieces), True
