"""Handlers that do next to nothing, by JOBS_HANDLERS."""

import asyncio

from bench import ledger
from bench.jobs import AsyncNoop, Lone, Pause, PlainNoop, Urgent
from consumer import handles

PAUSE_S = 0.02


@handles(AsyncNoop)
async def run_async(job: AsyncNoop) -> int:
    ledger.begin()
    return job.number


@handles(PlainNoop)
def run_plain(job: PlainNoop) -> int:
    ledger.begin()
    return job.number


@handles(Pause)
async def pause(job: Pause) -> int:
    ledger.begin()
    await asyncio.sleep(PAUSE_S)
    return job.number


@handles(Lone)
async def lone(job: Lone) -> int:
    ledger.note(job.number)
    return job.number


@handles(Urgent)
async def urgent(job: Urgent) -> int:
    ledger.note(job.number)
    return job.number
