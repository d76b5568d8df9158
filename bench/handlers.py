"""Handlers that do nothing but return a small value, by JOBS_HANDLERS."""

from bench import ledger
from bench.jobs import AsyncNoop, PlainNoop
from consumer import handles


@handles(AsyncNoop)
async def run_async(job: AsyncNoop) -> int:
    ledger.begin()
    return job.number


@handles(PlainNoop)
def run_plain(job: PlainNoop) -> int:
    ledger.begin()
    return job.number
