"""What is stored, read off the server's keys, and what ought to be, in the same form."""

from collections.abc import Sequence
from typing import Any, Final

import attrs

from jobdefs.state import State
from tests.support.reference.bookkeeping import QUEUE, Bookkeeping, Job
from tests.support.stage import Stage

_IN_QUEUE: Final = (State.READY, State.SCHEDULED, State.SUSPECT)
_NUMBERS: Final = ("failures", "lost", "suspicion", "generation", "fence")
_WORDS: Final = ("token", "holder", "cancel", "kind", "state")


@attrs.frozen
class Snapshot:
    """The indexes in their order, the bookkeeping of each job, unique keys, what is left of jobs, and the ledger."""

    indexes: dict[State, list[str]]
    leases: dict[str, int]
    jobs: dict[str, tuple[Any, ...]]
    locks: dict[str, str]
    tombstones: list[str]
    ledger: dict[str, int]


def stored(stage: Stage, job_ids: Sequence[str], locks: Sequence[str]) -> Snapshot:
    """Read everything that is stored of some jobs and unique keys, in one round trip."""
    pipe = stage.client.pipeline(transaction=False)
    for state in State:
        pipe.zrange(_index(stage, state), 0, -1)
    for job_id in job_ids:
        pipe.hmget(stage.key("run", job_id), *_NUMBERS, *_WORDS)
        pipe.exists(stage.key("job", job_id))
        pipe.exists(stage.key("tombstone", job_id))
    for lock in locks:
        pipe.get(stage.key("unique", lock))
    pipe.zrange(stage.key("leases"), 0, -1, withscores=True)
    pipe.hgetall(stage.key("ledger"))
    return _read(pipe.execute(), job_ids, locks)


def _read(replies: list[Any], job_ids: Sequence[str], locks: Sequence[str]) -> Snapshot:
    *_, leases, ledger = replies
    of_jobs = replies[len(State) :]
    runs, there, gone = (of_jobs[place : 3 * len(job_ids) : 3] for place in range(3))
    held = of_jobs[3 * len(job_ids) : 3 * len(job_ids) + len(locks)]
    return Snapshot(
        indexes={state: [each.decode() for each in found] for state, found in zip(State, replies, strict=False)},
        leases={job_id.decode(): int(score) for job_id, score in leases},
        jobs={job_id: _run(run) for job_id, run, is_there in zip(job_ids, runs, there, strict=True) if is_there},
        locks={lock: found.decode() for lock, found in zip(locks, held, strict=True) if found},
        tombstones=sorted(job_id for job_id, is_gone in zip(job_ids, gone, strict=True) if is_gone),
        ledger={field.decode().partition(" ")[0]: int(count) for field, count in ledger.items() if int(count)},
    )


def _run(fields: list[bytes | None]) -> tuple[Any, ...]:
    numbers = [int(field or 0) for field in fields[: len(_NUMBERS)]]
    words = [field.decode() if field is not None else None for field in fields[len(_NUMBERS) :]]
    return (*numbers, *words)


def _index(stage: Stage, state: State) -> str:
    if state in _IN_QUEUE:
        return stage.key(state.value, QUEUE)
    if state.final:
        return stage.key("final", state.value)
    return stage.key("leases" if state is State.RUNNING else "parked")


def expected(store: Bookkeeping, found: Snapshot) -> Snapshot:
    """Return what ought to be stored; a job that was never claimed need not say what it is."""
    return Snapshot(
        indexes={state: [job.id for job in store.in_state(state)] for state in State},
        leases={job.id: job.end for job in store.in_state(State.RUNNING)},
        jobs={job.id: _bookkeeping(job, found.jobs.get(job.id, ())) for job in store.jobs.values()},
        locks={lock: " ".join(held) for lock, held in store.locks.items()},
        tombstones=sorted(store.tombstones),
        ledger={state: count for state, count in store.ledger.items() if count},
    )


def _bookkeeping(job: Job, found: tuple[Any, ...]) -> tuple[Any, ...]:
    says_nothing = job.fence == 0 and bool(found) and found[-1] is None
    cancel = None if job.cancel is None else str(job.cancel)
    numbers = job.failures, job.lost, job.suspicion, job.generation, job.fence
    return (*numbers, job.token, job.holder, cancel, job.kind, None if says_nothing else job.state.value)
