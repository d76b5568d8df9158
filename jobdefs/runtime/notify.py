"""Word to systemd (sd_notify). Without NOTIFY_SOCKET everything here does nothing."""

import os
import socket
from contextlib import suppress


def ready() -> None:
    """Say that the program serves."""
    _tell("READY=1")


def stopping() -> None:
    """Say that the program drains and will end."""
    _tell("STOPPING=1")


def watchdog() -> None:
    """Say that the program is alive; to be repeated every ``watchdog_interval_s`` seconds."""
    _tell("WATCHDOG=1")


def status(text: str) -> None:
    """Show one line in ``systemctl status``."""
    _tell(f"STATUS={' '.join(text.split())}")


def watchdog_interval_s() -> float | None:
    """Return how often to call ``watchdog``, in seconds: half of what systemd waits; None where it does not watch."""
    with suppress(ValueError):
        waits_us = int(os.environ.get("WATCHDOG_USEC", ""))
        if waits_us > 0 and int(os.environ.get("WATCHDOG_PID", os.getpid())) == os.getpid():
            return waits_us / 2_000_000
    return None


def _tell(message: str) -> None:
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        # The abstract name space of Linux.
        address = "\0" + address[1:]
    # A program must not fail because nobody listens.
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as connection:
        connection.sendto(message.encode(), address)
