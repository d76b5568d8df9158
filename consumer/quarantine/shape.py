"""What a process is like before a job and after it, so that it can be told whether the job left something behind."""

import gc
import os
import resource
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Self

import attrs

MUCH_KIB: Final = 64 * 1024
_STANDARD_STREAMS: Final = (0, 1, 2)
_TIMERS: Final = (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF)
_LIMITS: Final = tuple(getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_"))
_LOOKS: Final = 10
_PAUSE_S: Final = 0.01


@attrs.frozen(kw_only=True)
class Shape:
    """What of a process outlives a job, and could harm the next one. Damage inside its memory is not to be seen."""

    threads: frozenset[str]
    children: bool
    memory_kib: int
    peak_kib: int
    place: tuple[int, ...]
    files: tuple[tuple[int, ...], ...]
    handlers: tuple[Any, ...]
    limits: tuple[Any, ...]

    @classmethod
    def now(cls, descriptor: int) -> Self:
        """Return the shape of this process; the descriptor is one that it has to keep."""
        return cls(
            threads=_threads(),
            children=_has_children(),
            memory_kib=_memory_kib(),
            peak_kib=peak_kib(),
            place=_identity("."),
            files=tuple(_identity(each) for each in (*_STANDARD_STREAMS, descriptor)),
            handlers=tuple(signal.getsignal(each) for each in sorted(signal.valid_signals())),
            limits=tuple(resource.getrlimit(each) for each in _LIMITS),
        )

    def left_since(self, before: Self) -> list[str]:
        """Name what this process has and had not ``before``."""
        signs = {
            "threads": not self.threads <= before.threads,
            "child processes": self.children and not before.children,
            "memory": self.memory_kib > before.memory_kib + MUCH_KIB,
            # How much the next job takes could not be told.
            "a high peak of memory": self.peak_kib > before.peak_kib + MUCH_KIB,
            "another working directory": self.place != before.place,
            "other files in the place of its own": self.files != before.files,
            "other signal handlers": self.handlers != before.handlers,
            "other limits": self.limits != before.limits,
        }
        return [name for name, found in signs.items() if found]


class Watch:
    """Compares this process with what it was like at first."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._before = Shape.now(descriptor)

    def left_behind(self) -> list[str]:
        """Stop the timers of the process, and name what else is left."""
        for timer in _TIMERS:
            signal.setitimer(timer, 0)
        left: list[str] = []
        for look in range(_LOOKS):
            left = Shape.now(self._descriptor).left_since(self._before)
            if not left:
                break
            # What is about to end, as the threads of a pool that was closed, is given a moment to do so.
            if not look:
                gc.collect()
            time.sleep(_PAUSE_S)
        return left


def peak_kib() -> int:
    """Return the most memory that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _threads() -> frozenset[str]:
    try:
        # Those of C libraries, too.
        return frozenset(thread.name for thread in Path("/proc/self/task").iterdir())
    except OSError:
        return frozenset(str(thread.ident) for thread in threading.enumerate())


def _has_children() -> bool:
    # It waits for none, so whoever started one can still do so.
    with suppress(ChildProcessError):
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        return True
    return False


def _memory_kib() -> int:
    try:
        return int(Path("/proc/self/statm").read_bytes().split()[1]) * resource.getpagesize() // 1024
    except OSError:
        return 0


def _identity(file: int | str) -> tuple[int, ...]:
    try:
        found = os.stat(file)  # noqa: PTH116 - of a descriptor, too
    except OSError:
        return ()
    return found.st_dev, found.st_ino
