"""The lines of several programs in one stream, each behind its program's name."""

import os
import sys
import threading
from typing import Final, TextIO

_COLOURS: Final = {"service": 36, "consumer": 32, "jobs": 33}
_WIDTH: Final = max(map(len, _COLOURS))


class Log:
    """Writes prefixed lines, whole ones, from any thread; coloured on a terminal unless NO_COLOR is set."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._colour = self._stream.isatty() and not os.environ.get("NO_COLOR")
        self._lock = threading.Lock()

    def write(self, program: str, line: str) -> None:
        """Write one line of a program. Where nobody reads any more it is lost: stopping in order goes before."""
        prefix = f"{program:<{_WIDTH}} |"
        if self._colour:
            prefix = f"\x1b[{_COLOURS.get(program, 0)}m{prefix}\x1b[0m"
        with self._lock:
            try:
                self._stream.write(f"{prefix} {line}\n")
                self._stream.flush()
            except (OSError, ValueError):
                return
