"""When handlers began, written down outside the systems that are measured: a pipe with a name."""

import os
import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import attrs

VARIABLE: Final = "BENCH_LEDGER"
_PIPE_BYTES: Final = 65_536

_written: int | None = None


def begin() -> None:
    """Note the moment of a process's first job; of later jobs nothing, so that they pay next to nothing."""
    if _written is None:
        note(-1)


def note(number: int) -> None:
    """Note that a job has begun, with its number."""
    global _written  # noqa: PLW0603 - one pipe per process is the whole state
    moment_ns = time.monotonic_ns()
    if _written is None:
        _written = os.open(os.environ[VARIABLE], os.O_WRONLY)
    os.write(_written, b"%d %d\n" % (number, moment_ns))


@attrs.frozen
class Ledger:
    """The reader's end; ``path`` is what handlers get as BENCH_LEDGER."""

    path: Path
    _pipe: int

    def read(self, timeout_s: float = 0) -> list[tuple[int, int]]:
        """Return what has been noted since: numbers, and moments in ns of the monotonic clock; waits for the first."""
        ready, _, _ = select.select([self._pipe], [], [], timeout_s)
        text = os.read(self._pipe, _PIPE_BYTES) if ready else b""
        while text and not text.endswith(b"\n"):
            text += os.read(self._pipe, _PIPE_BYTES)
        numbers = list(map(int, text.split()))
        return list(zip(numbers[::2], numbers[1::2], strict=True))


@contextmanager
def opened() -> Iterator[Ledger]:
    """Make a ledger, which is gone when the block ends."""
    with TemporaryDirectory(prefix="bench-") as place:
        path = Path(place) / "ledger"
        os.mkfifo(path)
        # Open for writing, too, so that its end is never seen.
        pipe = os.open(path, os.O_RDWR)
        try:
            yield Ledger(path, pipe)
        finally:
            os.close(pipe)
