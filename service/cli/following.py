"""Follows a job to its end."""

import asyncio
import sys
import time
from typing import Final

from jobdefs.record import JobRecord
from jobdefs.runtime.exits import Exit
from jobdefs.state import State
from service import views
from service.cli.portrait import portrait
from service.cli.progress import Progress
from service.cli.wording import PROGRAM, document, now_ms
from service.queue import QueueService

_LOOK_S: Final = 0.05
_HINTS: Final = {
    State.READY: "; is a consumer running that serves its queue?",
    State.SCHEDULED: "; it is due later",
}


async def follow(queue: QueueService, job_id: str, longest_s: float, *, json: bool) -> int:
    """Return when the job has ended or ``longest_s`` seconds have passed, having printed what became of it."""
    record = await _ended(queue, job_id, longest_s)
    if json:
        print(document(views.whole(record, queue.attempts(record))))
    else:
        print("\n".join(portrait(record, now_ms())))
    if not _over(record):
        print(f"{PROGRAM}: {job_id} is still {record.state.value} after {longest_s:g} s", file=sys.stderr)
        return Exit.UNFINISHED
    return Exit.OK if record.state is State.SUCCEEDED else Exit.FAILED


async def _ended(queue: QueueService, job_id: str, longest_s: float) -> JobRecord:
    deadline = time.monotonic() + longest_s
    progress = Progress(lambda text: print(text, file=sys.stderr, flush=True))
    while not _over(record := await queue.get(job_id)) and time.monotonic() < deadline:
        progress.tell(f"{job_id} is {record.state.value}{_HINTS.get(record.state, '')}")
        await asyncio.sleep(_LOOK_S)
    return record


def _over(record: JobRecord) -> bool:
    # A parked job moves only when a person has looked at it.
    return record.state.final or record.state is State.PARKED
