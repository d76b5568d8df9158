"""What the shop does for its jobs."""

import asyncio
import ctypes
import hashlib
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any, NoReturn

from consumer import JobContext, handles
from jobdefs import NotRetryable, Snooze
from tests.support.ledger import Ledger
from tests.support.shop.jobs import (
    About,
    AboutAsync,
    Add,
    Choke,
    Clog,
    Crash,
    Deaf,
    Digest,
    Doze,
    Echo,
    Fail,
    FailAsync,
    GiveUp,
    Grip,
    Letter,
    Linger,
    LingerAsync,
    Meddle,
    Mumble,
    Nap,
    Order,
    Orders,
    Patient,
    Pill,
    Polite,
    Restless,
    Slower,
    Snail,
    SoldOut,
    Stubborn,
    StubbornAsync,
    Stuck,
    StuckAsync,
    Wait,
)

_FOR_EVER = 60
_A_WHILE = 3
_MUCH = 150 * 1024 * 1024


@handles(Add)
def add(job: Add) -> int:
    """Add."""
    return job.a + job.b


@handles(Echo)
async def echo(job: Echo) -> str:
    """Give the text back."""
    return job.text


@handles(About)
def about(job: About, context: JobContext) -> dict[str, Any]:
    """Fail once, so that the context has something to tell."""
    del job
    if context.attempt == 1:
        raise ValueError("the first attempt")
    return _told(context)


@handles(AboutAsync)
async def about_async(job: AboutAsync, context: JobContext) -> dict[str, Any]:
    """Tell what the context says."""
    del job
    return _told(context)


def _told(context: JobContext) -> dict[str, Any]:
    return {
        "id": context.id,
        "name": context.name,
        "queue": context.queue,
        "attempt": context.attempt,
        "attempts": context.attempts,
        "lost": context.lost,
        "fence": context.fence,
        "key": context.idempotency_key,
        "seconds_left": context.time_remaining and context.time_remaining.total_seconds(),
        "should_stop": context.should_stop,
    }


@handles(Nap)
def nap(job: Nap, context: JobContext) -> int:
    """Sleep, and tell in which process."""
    ledger = Ledger.of_this_process()
    ledger.write("start", context.id)
    time.sleep(job.seconds)
    ledger.write("end", context.id)
    if context.attempt <= job.failures:
        raise ValueError("not yet")
    return os.getpid()


@handles(Doze)
async def doze(job: Doze, context: JobContext) -> int:
    """Sleep on the event loop, and tell in which process."""
    ledger = Ledger.of_this_process()
    ledger.write("start", context.id)
    await asyncio.sleep(job.seconds)
    ledger.write("end", context.id)
    return os.getpid()


@handles(Slower)
async def slower(job: Slower, context: JobContext) -> int:
    """Tell in which process, after a while if it was lost before."""
    del job
    ledger = Ledger.of_this_process()
    ledger.write("start", context.id)
    await asyncio.sleep(_A_WHILE if context.lost else 0)
    ledger.write("end", context.id)
    return os.getpid()


@handles(Letter)
async def letter(job: Letter) -> None:
    """Do nothing."""


@handles(Fail)
def fail(job: Fail) -> object:
    """End as told."""
    ways: dict[str, Callable[[], object]] = {
        "raise": _raise,
        "refuse": _refuse,
        "exit": lambda: sys.exit(3),
        "interrupt": _interrupt,
        "unkeepable": object,
    }
    return ways[job.how]()


@handles(FailAsync)
async def fail_async(job: FailAsync) -> None:
    """End as told."""
    if job.how == "exit":
        await asyncio.create_task(_exit())
    task = asyncio.create_task(asyncio.sleep(_FOR_EVER))
    task.cancel()
    await task


async def _exit() -> NoReturn:
    sys.exit(4)


@handles(Crash)
def crash(job: Crash, context: JobContext) -> int:
    """End the process, and tell in a later attempt how many were lost."""
    del job
    if not context.lost:
        os._exit(9)
    return context.lost


def _interrupt() -> NoReturn:
    raise KeyboardInterrupt


def _raise() -> NoReturn:
    raise ValueError("boom")


def _refuse() -> NoReturn:
    raise NotRetryable("never")


@handles(GiveUp)
async def give_up(job: GiveUp) -> None:
    """Raise what the policy never retries."""
    raise SoldOut("gone")


@handles(Wait)
def wait(job: Wait, context: JobContext) -> int:
    """Snooze at first, and later tell the attempt."""
    del job
    ledger = Ledger.of_this_process()
    if context.id not in ledger.subjects("snooze"):
        ledger.write("snooze", context.id)
        raise Snooze(timedelta(milliseconds=50))
    return context.attempt


@handles(Order)
def order(job: Order, context: JobContext) -> str:
    """Enqueue another job."""
    follow_up = context.enqueue(Echo("ordered"))
    Ledger.of_this_process().write(f"ordered-by-{context.id}", follow_up)
    if job.fails:
        raise NotRetryable("ordered, and failed")
    return follow_up


@handles(Orders)
async def order_many(job: Orders, context: JobContext) -> None:
    """Enqueue many other jobs."""
    for _ in range(job.number):
        context.enqueue(Echo("ordered"))


@handles(Stuck)
def stuck(job: Stuck) -> None:
    """Never end."""
    time.sleep(_FOR_EVER)


@handles(StuckAsync)
async def stuck_async(job: StuckAsync) -> None:
    """Never end."""
    await asyncio.sleep(_FOR_EVER)


@handles(Patient)
def patient(job: Patient, context: JobContext) -> str:
    """Stop when told."""
    del job
    while not context.should_stop:
        time.sleep(0.01)
    return "stopped when told"


@handles(Mumble)
def mumble(job: Mumble) -> None:
    """Fail in words that cannot be encoded."""
    del job
    raise ValueError("\ud800")


@handles(Pill)
def pill(job: Pill) -> None:
    """End the process as told."""
    ways: dict[str, Callable[[], object]] = {
        "exit": lambda: os._exit(9),
        "fault": lambda: ctypes.string_at(0),
        "memory": _run_out_of_memory,
        "stop": lambda: os.kill(os.getpid(), signal.SIGSTOP),
    }
    ways[job.how]()


def _run_out_of_memory() -> None:
    # As the kernel ends a process that has taken too much.
    taken = bytearray(_MUCH)
    taken[::4096] = b"x" * len(taken[::4096])
    os.kill(os.getpid(), signal.SIGKILL)


@handles(Linger)
def linger(job: Linger, context: JobContext) -> str:
    """Go on until the time is over."""
    return _go_on(job.seconds, context)


@handles(Stubborn)
def stubborn(job: Stubborn, context: JobContext) -> str:
    """Go on until the time is over."""
    return _go_on(job.seconds, context)


def _go_on(seconds: float, context: JobContext) -> str:
    ledger = Ledger.of_this_process()
    ledger.write("start", context.id)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(BaseException):
            time.sleep(max(end - time.monotonic(), 0))
    ledger.write("told" if context.should_stop else "end", context.id)
    return "late"


@handles(LingerAsync)
async def linger_async(job: LingerAsync, context: JobContext) -> str:
    """Go on until the time is over."""
    return await _go_on_async(job.seconds, context)


@handles(StubbornAsync)
async def stubborn_async(job: StubbornAsync, context: JobContext) -> str:
    """Go on until the time is over."""
    return await _go_on_async(job.seconds, context)


async def _go_on_async(seconds: float, context: JobContext) -> str:
    ledger = Ledger.of_this_process()
    ledger.write("start", context.id)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(BaseException):
            await asyncio.sleep(max(end - time.monotonic(), 0))
    ledger.write("told" if context.should_stop else "end", context.id)
    return "late"


@handles(Digest)
def digest(job: Digest) -> None:
    """Compute in C code, which no signal interrupts."""
    del job
    hashlib.pbkdf2_hmac("sha256", b"", b"", 100_000_000)


@handles(Grip)
def grip(job: Grip, context: JobContext) -> int:
    """Sleep in C code that keeps the interpreter's lock, and tell in a later attempt in which process."""
    Ledger.of_this_process().write("start", context.id)
    if not context.lost:
        ctypes.PyDLL(None).usleep(int(job.seconds * 1_000_000))
    return os.getpid()


@handles(Deaf)
def deaf(job: Deaf) -> None:
    """Never end."""
    del job
    while True:
        with suppress(Exception):
            time.sleep(_FOR_EVER)


@handles(Clog)
async def clog(job: Clog, context: JobContext) -> None:
    """Block."""
    _block(job.seconds, context)


@handles(Choke)
async def choke(job: Choke, context: JobContext) -> None:
    """Block."""
    _block(job.seconds, context)


def _block(seconds: float, context: JobContext) -> None:
    ledger = Ledger.of_this_process()
    ledger.write("start", context.id)
    time.sleep(seconds)
    ledger.write("end", context.id)


@handles(Polite)
def polite(job: Polite, context: JobContext) -> None:
    """Stop, a while after being told."""
    ledger = Ledger.of_this_process()
    ledger.write("start", context.id)
    while not context.should_stop:
        time.sleep(0.01)
    time.sleep(job.seconds)
    ledger.write("end", context.id)


@handles(Snail)
def snail(job: Snail, context: JobContext) -> str:
    """Go on until the time is over."""
    del job
    return _go_on(_FOR_EVER / 2, context)


@handles(Restless)
async def restless(job: Restless, context: JobContext) -> int:
    """Snooze, and tell how often the job was claimed in the end."""
    if context.fence < job.times:
        raise Snooze(timedelta(milliseconds=1))
    return context.fence


@handles(Meddle)
async def meddle(job: Meddle) -> None:
    """Lay hands on the event loop."""
    for task in asyncio.all_tasks():
        if job.how == "all" or (job.how == "self" and task is asyncio.current_task()):
            task.cancel()
    if job.how == "stop":
        asyncio.get_running_loop().stop()
    await asyncio.sleep(0.01)
