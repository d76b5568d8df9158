"""The first argument of every timed script: the server's own clock, or a moment that a test injects."""

from collections.abc import Callable
from typing import Final

Clock = Callable[[], int | None]

SERVERS_OWN: Final = ""


def servers_clock() -> None:
    """Let the store use its own time; no program's clock is ever stored."""


def argument(clock: Clock) -> int | str:
    """Return what the script gets: milliseconds since 1970, or empty for the server's own time."""
    now_ms = clock()
    return SERVERS_OWN if now_ms is None else now_ms
