"""What the store does when time has passed: promote, reclaim, forget."""

from models.lifecycle.ending import finish, is_suspect
from models.lifecycle.rules import Setting
from models.lifecycle.state import CANCELLED, DEAD, FORGOTTEN, PARKED, READY, SUSPECT, Job, Store, with_job


def promote(setting: Setting, store: Store, number: int, *, due: bool) -> Store:
    """Let a scheduled job wait for a worker, or for quarantine."""
    job = store.jobs[number]
    state = SUSPECT if is_suspect(setting, job) else READY
    return with_job(store, number, job._replace(state=state, due=due))


def reclaim(setting: Setting, store: Store, number: int, *, unheard: bool, quarantined: bool) -> Store:
    """Take a job back whose lease has ended: as one handed back, where its living holder never heard of the claim."""
    job, rules = store.jobs[number], setting.rules
    if unheard and rules.unheard_claims_cost_nothing:
        return _take_back(setting, store, number, job)
    job = job._replace(suspicion=job.suspicion + 1)
    if not rules.losses_are_no_failures:
        job = job._replace(failures=job.failures + 1)
    if job.failures >= setting.attempts or (quarantined and not rules.only_seen_deaths_condemn):
        return finish(setting, store, number, job, DEAD)
    return _take_back(setting, store, number, job)


def _take_back(setting: Setting, store: Store, number: int, job: Job) -> Store:
    job = job._replace(token=0, lease=0)
    if job.cancel:
        return finish(setting, store, number, job, CANCELLED)
    if job.suspicion >= setting.losses and setting.rules.gives_up_on_losses:
        return with_job(store, number, job._replace(state=PARKED))
    return with_job(store, number, job._replace(state=SUSPECT if is_suspect(setting, job) else READY))


def forget(store: Store, number: int) -> Store:
    """Remove a job whose retention is over; its tombstone stays."""
    return with_job(store, number, Job(state=FORGOTTEN))
