"""Where the stand-alone service listens, and what its connections have from there."""

import os
import socket
import sys
from typing import Final

from jobdefs.errors import SettingsError
from service.settings import ServiceSettings

BACKLOG: Final = 1_024
# How long a client may leave unread what was sent to it.
UNREAD_S: Final = 75.0


def listen(settings: ServiceSettings) -> socket.socket:
    """Return a socket that listens; on Linux its connections end when nothing is read from them for ``UNREAD_S``.

    Raises SettingsError.
    """
    try:
        family, _, _, _, place = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        listener = socket.create_server((str(place[0]), int(place[1])), family=family, backlog=BACKLOG)
    except OSError as error:
        raise SettingsError(
            f"JOBS_HOST, JOBS_PORT: cannot listen on {settings.host}, port {settings.port}: {_reason(error)};"
            " end the program that is there, or choose another address"
        ) from error
    if sys.platform == "linux":
        # Connections have it from their listener; it counts a window that stays shut, see tcp(7).
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(UNREAD_S * 1000))
    return listener


def _reason(error: OSError) -> str:
    # socket adds the address to the system's words; for an unknown host the number is none of the system's.
    number = error.errno or 0
    return (os.strerror(number) if number > 0 else str(error.strerror or error)).lower()
