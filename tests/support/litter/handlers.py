"""What is done for these jobs; each tells in which process, where it ends."""

import asyncio
import os
import resource
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from consumer import JobContext, handles
from tests.support.ledger import Ledger
from tests.support.litter.jobs import Litter, LitterAsync, Rest, Sulk

_FOR_EVER = 60
_A_MOMENT = 0.5
_MUCH = 150 * 1024 * 1024
_KEPT: list[object] = []


@handles(Rest)
def rest(job: Rest, context: JobContext) -> int:
    """Sleep."""
    Ledger.of_this_process().write("start", context.id)
    time.sleep(job.seconds)
    return os.getpid()


@handles(Litter)
def litter(job: Litter) -> int:
    """Leave behind what would end the process a moment later, or be taken for another job's doing."""
    ways: dict[str, Callable[[], object]] = {
        "thread": lambda: threading.Timer(_A_MOMENT, os._exit, [9]).start(),
        "pool": lambda: _KEPT.append(_used_pool()),
        "alarm": lambda: signal.setitimer(signal.ITIMER_REAL, _A_MOMENT),
        "memory": lambda: _KEPT.append(b"x" * _MUCH),
        "peak": lambda: len(b"x" * _MUCH),
        "child": lambda: _KEPT.append(subprocess.Popen(["sleep", str(_FOR_EVER)])),
        "directory": lambda: os.chdir("/"),
        "stream": lambda: os.close(0),
        "signals": lambda: signal.signal(signal.SIGTERM, signal.SIG_DFL),
        "limits": lambda: resource.setrlimit(resource.RLIMIT_CPU, (_FOR_EVER, resource.RLIM_INFINITY)),
        "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
        "greed": _take_and_die,
    }
    ways[job.what]()
    return os.getpid()


def _take_and_die() -> None:
    _KEPT.append(b"x" * _MUCH)
    os.kill(os.getpid(), signal.SIGKILL)


def _used_pool() -> ThreadPoolExecutor:
    pool = ThreadPoolExecutor()
    pool.submit(int).result()
    return pool


@handles(LitterAsync)
async def litter_async(job: LitterAsync) -> int:
    """Leave behind what the next handler on the loop would meet."""
    loop = asyncio.get_running_loop()
    if job.what == "timer":
        loop.call_later(_A_MOMENT, os._exit, 9)
    if job.what == "task":
        _KEPT.append(loop.create_task(asyncio.sleep(_FOR_EVER)))
    await asyncio.sleep(0)
    return os.getpid()


@handles(Sulk)
def sulk(job: Sulk, context: JobContext) -> int:
    """Never end at first."""
    del job
    while context.attempt == 1:
        with suppress(BaseException):
            time.sleep(_FOR_EVER)
    return os.getpid()
