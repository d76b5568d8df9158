"""What the end of an attempt must do."""

from typing import Final

from jobdefs.state import State
from jobdefs.storage.contract import Outcome, Settlement, SettleVerdict
from tests.support.reference import submission
from tests.support.reference.bookkeeping import Bookkeeping, Job
from tests.support.stage import MILLISECOND

_ENDS: Final = (Outcome.SUCCEEDED, Outcome.DEAD, Outcome.CANCELLED, Outcome.EXPIRED)


def settle(store: Bookkeeping, settlement: Settlement, known: str | None, follow_up: str | None) -> str:
    """End an attempt if its lease is the job's, and put its follow-up in; ``known`` is an earlier verdict."""
    job = store.jobs.get(settlement.id)
    is_holder = job is not None and job.token == settlement.token
    if job is None or known or not is_holder or job.state is not State.RUNNING:
        over = is_holder and job is not None and job.state is not State.RUNNING
        return known or (SettleVerdict.REPEATED if over else SettleVerdict.STALE).value
    job.failures = settlement.failures or job.failures
    _end(store, job, settlement)
    if follow_up:
        submission.submit(store, follow_up, 0, 0, None)
    return SettleVerdict.SETTLED.value


def _end(store: Bookkeeping, job: Job, settlement: Settlement) -> None:
    outcome = settlement.outcome
    if outcome in _ENDS:
        store.finish(job, State(outcome.value), settlement.keep // MILLISECOND)
    elif outcome in (Outcome.FAILED, Outcome.SNOOZED):
        _wait_again(store, job, settlement)
    elif job.cancel is not None:
        job.holder = None if outcome is Outcome.RELEASED else job.holder
        store.finish(job, State.CANCELLED, job.cancel)
    elif outcome is Outcome.PARKED:
        store.park(job, settlement.kind.partition(":")[0])
    else:
        job.holder = None
        _wait(store, job, anew=False)


def _wait_again(store: Bookkeeping, job: Job, settlement: Settlement) -> None:
    job.holder = None
    if settlement.own_end:
        job.suspicion = 0
    store.let_go_begun(job)
    if job.cancel is not None:
        store.finish(job, State.CANCELLED, job.cancel)
    elif settlement.delay:
        job.end = store.now + settlement.delay // MILLISECOND
        store.move(job, State.SCHEDULED)
    else:
        _wait(store, job, anew=True)


def _wait(store: Bookkeeping, job: Job, *, anew: bool) -> None:
    if job.is_suspect:
        store.make_suspect(job)
    else:
        store.make_ready(job, anew=anew)
