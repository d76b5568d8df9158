"""``python -m faults.forking consumer.app -n``: imports what a consumer needs, and forks one for each line it reads.

The forks are run exactly as ``huey_consumer`` runs a consumer. Each prints its process id, belongs to whoever reads
that (a subreaper), and ends with it.
"""

import ctypes
import importlib
import os
import signal
import sys
import threading
from typing import Final

from huey.bin.huey_consumer import consumer_main

_PR_SET_PDEATHSIG: Final = 1
_IMPORTED: Final = ("faults.handlers", "consumer.station", "consumer.sweeper")


def main() -> None:
    """Fork until the input ends."""
    importlib.import_module(sys.argv[1].partition(".")[0])
    for module in _IMPORTED:
        importlib.import_module(module)
    assert threading.active_count() == 1, "a fork has no threads"
    for _ in sys.stdin:
        _fork_twice()


def _fork_twice() -> None:
    """Start a consumer whose parent is gone, so that it is given to the subreaper."""
    between = os.fork()
    if between:
        os.waitpid(between, 0)
        return
    between = os.getpid()
    if os.fork():
        os._exit(0)
    while os.getppid() == between:
        os.sched_yield()
    os.setsid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    os.write(1, f"{os.getpid()}\n".encode())
    # What a consumer prints goes where its errors go.
    os.dup2(2, 1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    consumer_main()
    sys.exit()


if __name__ == "__main__":
    main()
