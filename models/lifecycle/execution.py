"""What workers ask of the store: claims and settlements, each as atomic as its script is."""

from models.lifecycle.ending import finish, is_suspect, let_go
from models.lifecycle.rules import Setting
from models.lifecycle.state import (
    CANCELLED,
    DEAD,
    READY,
    RUNNING,
    SCHEDULED,
    SUCCEEDED,
    SUSPECT,
    Holding,
    Job,
    Store,
    with_job,
)
from models.lifecycle.submission import submit


def claim(setting: Setting, store: Store, number: int, token: int, lease: int) -> Store:
    """Give a job away under a lease, and keep the answer for those who ask again."""
    job = store.jobs[number]._replace(state=RUNNING, token=token, lease=lease)
    if not setting.rules.key_outlives_claim:
        store = let_go(setting, store, number)
    store = store._replace(answered=(*store.answered, token), claims=store.claims + 1)
    return with_job(store, number, job if setting.rules.claims_leave_the_job else Job())


def claimed_by(store: Store, token: int) -> int | None:
    """Return the number of the job that a claim still holds, None if there is none."""
    held = (number for number, job in enumerate(store.jobs) if job.state == RUNNING and job.token == token)
    return next(held, None)


def settle(setting: Setting, store: Store, held: Holding, outcome: str) -> Store:
    """End an attempt, and cause its follow-ups, if its lease is the job's; else nothing changes."""
    job = store.jobs[held.job]
    valid = _is_valid(setting, job, held)
    settled = _end(setting, store, held, job, outcome) if valid else store
    if outcome == "succeeded" and (valid or not setting.rules.follow_ups_settle_along):
        return _with_follow_ups(setting, settled, held.job)
    return settled


def _is_valid(setting: Setting, job: Job, held: Holding) -> bool:
    rules = setting.rules
    if job.state == RUNNING:
        return job.token == held.token or not rules.settles_by_token
    if job.state == CANCELLED and not rules.cancelled_is_final:
        return True
    return job.token == held.token and not rules.settles_once


def _end(setting: Setting, store: Store, held: Holding, job: Job, outcome: str) -> Store:
    match outcome:
        case "succeeded":
            return finish(setting, store, held.job, job, SUCCEEDED)
        case "condemned":
            return finish(setting, store, held.job, job, DEAD)
        case "cancelled":
            return finish(setting, store, held.job, job, CANCELLED)
        case "released":
            return _hand_back(setting, store, held.job, job)
        case "failed":
            return _fail(setting, store, held.job, job._replace(failures=held.failures + 1))
        case _:
            return _wait_again(setting, store, held.job, job)


def _hand_back(setting: Setting, store: Store, number: int, job: Job) -> Store:
    if job.cancel:
        return finish(setting, store, number, job, CANCELLED)
    state = SUSPECT if is_suspect(setting, job) else READY
    return with_job(store, number, job._replace(state=state, lease=0))


def _fail(setting: Setting, store: Store, number: int, job: Job) -> Store:
    if job.failures >= setting.attempts and setting.rules.counts_failures:
        return finish(setting, store, number, job, DEAD)
    return _wait_again(setting, store, number, job)


def _wait_again(setting: Setting, store: Store, number: int, job: Job) -> Store:
    if job.cancel and setting.rules.cancel_outlives_failure:
        return finish(setting, store, number, job, CANCELLED)
    return with_job(store, number, job._replace(state=SCHEDULED, due=False, lease=0, suspicion=0))


def _with_follow_ups(setting: Setting, store: Store, number: int) -> Store:
    for follower, kind in enumerate(setting.jobs):
        if kind.follows == number:
            store, _ = submit(setting, store, follower)
    return store
