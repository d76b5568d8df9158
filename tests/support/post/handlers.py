"""How the post office does it."""

import asyncio
import threading
from datetime import timedelta

import attrs
import pytest

from consumer import JobContext, handles
from jobdefs import Snooze
from tests.support.post.jobs import Break, Doze, Letter, Oddity, Stamp, Wait

threads: list[threading.Thread] = []


class LetterBoxFull(Exception):
    """There is no room for a letter."""


@attrs.frozen
class Delivery:
    """What a letter's handler returns."""

    to: str
    attempt: int
    places: tuple[str, ...] = ("box", "hall")


@handles(Letter)
async def deliver(job: Letter, context: JobContext) -> Delivery:
    """Deliver a letter, and buy its stamps."""
    for number in range(job.stamps):
        context.enqueue(Stamp(number))
    if context.attempt <= job.failures:
        raise LetterBoxFull(job.to)
    return Delivery(job.to, context.attempt)


@handles(Stamp)
def buy(job: Stamp) -> int:
    """Buy a stamp."""
    threads.append(threading.current_thread())
    return job.number


@handles(Doze)
async def doze(job: Doze) -> None:
    """Wait for ever."""
    await asyncio.Event().wait()


@handles(Wait)
async def wait(job: Wait, context: JobContext) -> int:
    """Come back in a day."""
    if context.fence <= job.times:
        raise Snooze(timedelta(days=1))
    return context.attempt


@handles(Break)
def end_the_test(job: Break) -> None:
    """End the test."""
    if job.loudly:
        raise KeyboardInterrupt
    pytest.fail("told by the handler")


@handles(Oddity)
def be_odd(job: Oddity) -> object:
    """Return what has no written form."""
    return object()
