"""Spreads what many consumers do at intervals, so that they do not do it in step."""

from random import SystemRandom
from typing import Final

# Not the shared generator: threads use it beside programs, and tests, that may have seeded that one.
_uniform: Final = SystemRandom().uniform


def jittered(seconds: float, least: float = 0.8, most: float = 1.2) -> float:
    """Return a duration of ``least`` to ``most`` times as many seconds, at random."""
    return seconds * _uniform(least, most)
