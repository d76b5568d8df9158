"""What the jobs of the proof do, by JOBS_HANDLERS: they write down when they begin and when they end."""

import asyncio
import time
from contextlib import suppress

from consumer import JobContext, handles
from faults.harm import WAYS
from faults.jobs import AsyncWork, Pill, Stuck, Work
from faults.ledger import NONE, Ledger


@handles(Work)
def work(job: Work, context: JobContext) -> int:
    """Take its time on a worker."""
    _begin(job, context)
    time.sleep(job.nap_ms / 1000)
    return _end(job, context, AsyncWork)


@handles(AsyncWork)
async def async_work(job: AsyncWork, context: JobContext) -> int:
    """Take its time on the event loop."""
    _begin(job, context)
    await asyncio.sleep(job.nap_ms / 1000)
    return _end(job, context, Work)


@handles(Pill)
def harm(job: Pill, context: JobContext) -> int:
    """Do its harm."""
    _write("start", job.order, context)
    try:
        WAYS[job.way]()
    except MemoryError:
        _write("fail", job.order, context)
        raise
    _write("end", job.order, context)
    return context.fence


@handles(Stuck)
async def stick(job: Stuck, context: JobContext) -> None:
    """Never end, whoever asks for it."""
    _write("start", job.order, context)
    while True:
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(1)


def _begin(job: Work, context: JobContext) -> None:
    _write("start", job.order, context)


def _end(job: Work, context: JobContext, other: type[Work]) -> int:
    if context.attempt <= job.failures:
        _write("fail", job.order, context)
        raise ValueError("not yet")
    if job.leads:
        context.enqueue(other(order=f"{job.order}+", follows=job.order))
    _write("end", job.order, context)
    # The judge compares it with the attempt that the store says has counted.
    return context.fence


def _write(word: str, order: str, context: JobContext) -> None:
    Ledger.of_this_process().write(word, order or NONE, context.id, f"{context.generation}:{context.fence}")
