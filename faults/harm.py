"""Ways to harm the process in which one's code runs; each is the same for our handlers and for a task of Huey's."""

import ctypes
import os
import re
import resource
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

EXIT_CODE: Final = 9
HOLD_S: Final = 5.0
_MUCH: Final = 150 * 1024 * 1024
_PIECE: Final = 8 * 1024 * 1024
_HELD_S: Final = 0.2
_BACKTRACKING: Final = re.compile(r"(a+)+b")
_SHORTEST: Final = 18


def leave() -> None:
    """End the process without a word to anybody in it."""
    os._exit(EXIT_CODE)


def crash() -> None:
    """Read what is not there: SIGSEGV."""
    ctypes.string_at(0)


def abort() -> None:
    """End as a failed assertion in C does: SIGABRT."""
    os.abort()


def overeat() -> None:
    """Take memory, and be killed as the kernel kills whoever has taken too much of it: SIGKILL."""
    eaten = bytearray(os.urandom(1024)) * (_MUCH // 1024)
    os.kill(os.getpid(), signal.SIGKILL)
    del eaten


def eat_up() -> None:
    """Take memory, a piece at a time, up to a limit that the kernel enforces on the process; raises MemoryError.

    It is let go after a moment, and the limit with it.
    """
    before = resource.getrlimit(resource.RLIMIT_AS)
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + _MUCH, before[1]))
    eaten = []
    try:
        while True:
            eaten.append(bytearray(_PIECE))
    finally:
        time.sleep(_HELD_S)
        eaten.clear()
        resource.setrlimit(resource.RLIMIT_AS, before)


def hold_interpreter() -> None:
    """Hold the interpreter lock for five seconds without a break: a regular expression that backtracks does."""
    began, length = time.monotonic(), _SHORTEST
    while (left := HOLD_S - (time.monotonic() - began)) > 0:
        took = -time.monotonic()
        _BACKTRACKING.match("a" * length)
        took += time.monotonic()
        # One character more doubles the time.
        length += 1 if took * 2 < left else 0


WAYS: Final[dict[str, Callable[[], None]]] = {
    "exit": leave,
    "segv": crash,
    "abort": abort,
    "memory": overeat,
    "limit": eat_up,
    "hold": hold_interpreter,
}
