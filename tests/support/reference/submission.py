"""What submit, cancel and replay must do."""

from datetime import timedelta
from typing import Final

from jobdefs.state import REPLAYABLE, State
from jobdefs.storage.contract import Move, Receipt, SubmitVerdict
from jobdefs.unique import Conflict, UniqueLock
from tests.support.reference.bookkeeping import NAME, NOT_BEGUN, Bookkeeping, Job
from tests.support.stage import MILLISECOND

_DAY_MS: Final = 24 * 3600 * 1000
_WAITING: Final = (State.SCHEDULED, State.READY, State.SUSPECT, State.PARKED)


def submit(store: Bookkeeping, job_id: str, priority: int, delay: int, lock: UniqueLock | None) -> Receipt:
    """Put a job in unless its id is taken or its key held."""
    known = store.jobs.get(job_id)
    if known or job_id in store.tombstones:
        return Receipt(SubmitVerdict.EXISTING, job_id, known.state if known else None)
    key = f"{NAME}:{lock.key}" if lock else ""
    other = store.keeper(key)
    if lock and other and not _replaced(store, other, lock):
        held = store.jobs.get(other)
        return Receipt(SubmitVerdict.DUPLICATE, other, held.state if held else None)
    job = Job(id=job_id, priority=priority, state=State.SCHEDULED if delay > 0 else State.READY)
    store.jobs[job_id] = job
    store.ledger["enqueued"] += 1
    store.ledger[job.state.value] += 1
    job.score, job.end = (-priority, next(store.arrivals)), store.now + delay
    if lock:
        store.take_lock(job, key, "window" if isinstance(lock.until, timedelta) else lock.until.value)
    return Receipt(SubmitVerdict.CREATED, job_id, job.state)


def _replaced(store: Bookkeeping, other: str, lock: UniqueLock) -> bool:
    job = store.jobs.get(other)
    if lock.conflict is not Conflict.REPLACE or job is None or job.state not in NOT_BEGUN:
        return False
    store.finish(job, State.CANCELLED, _DAY_MS)
    return True


def cancel(store: Bookkeeping, job_id: str, keep: timedelta) -> Move | None:
    """Cancel a job that waits, and ask for it where it runs."""
    job = store.jobs.get(job_id)
    if job is None:
        return None
    if job.state is State.RUNNING:
        job.cancel = keep // MILLISECOND
    elif job.state in _WAITING:
        job.kind = None
        store.finish(job, State.CANCELLED, keep // MILLISECOND)
    return Move(job.state in (State.RUNNING, State.CANCELLED), job.state)


def replay(store: Bookkeeping, job_id: str) -> Move | None:
    """Make a job that was given up ready again, unless another one holds its key."""
    job = store.jobs.get(job_id)
    if job is None:
        return None
    if job.state not in REPLAYABLE:
        return Move(False, job.state)  # noqa: FBT003 - whether it was done
    other = store.keeper(job.lock) if job.lock else None
    if other not in (None, job_id):
        return Move(False, job.state, other or "")  # noqa: FBT003 - whether it was done
    if job.lock:
        store.take_lock(job, job.lock, job.until)
    job.failures = job.lost = job.suspicion = 0
    job.token = job.holder = job.cancel = job.kind = None
    job.refused = frozenset()
    job.generation += 1
    store.make_ready(job, anew=True)
    return Move(True, State.READY)  # noqa: FBT003 - whether it was done
