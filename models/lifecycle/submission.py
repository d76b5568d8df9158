"""What clients and people ask of the store; what is refused leaves it as it was."""

from typing import Final

from models.lifecycle.ending import finish, keeper
from models.lifecycle.rules import Setting
from models.lifecycle.state import (
    ABSENT,
    CANCELLED,
    DEAD,
    FORGOTTEN,
    PARKED,
    READY,
    RUNNING,
    SCHEDULED,
    SUSPECT,
    Job,
    Store,
    with_job,
)

_WAITING: Final = frozenset({SCHEDULED, READY, SUSPECT, PARKED})
_REPLAYABLE: Final = frozenset({DEAD, CANCELLED, PARKED})


def submit(setting: Setting, store: Store, number: int) -> tuple[Store, bool]:
    """Put a job in unless its id is taken; return whether the client is told that it is in."""
    state, kind = store.jobs[number].state, setting.jobs[number]
    if state != ABSENT and (setting.rules.keeps_tombstones or state != FORGOTTEN):
        return store, True
    if kind.unique and keeper(setting, store):
        return store, False
    if kind.unique:
        store = store._replace(key=number + 1)
    new = Job(state=SCHEDULED, due=False) if kind.delayed else Job(state=READY)
    return with_job(store, number, new), True


def cancel(setting: Setting, store: Store, number: int) -> Store:
    """Cancel a job that waits, and ask for it where it runs."""
    job = store.jobs[number]
    if job.state == RUNNING:
        return with_job(store, number, job._replace(cancel=True))
    return finish(setting, store, number, job, CANCELLED) if job.state in _WAITING else store


def replay(setting: Setting, store: Store, number: int) -> Store:
    """Make a job that was given up ready again, unless another one holds its key."""
    job = store.jobs[number]
    if job.state not in _REPLAYABLE or job.generation >= setting.generations:
        return store
    if setting.jobs[number].unique and setting.rules.replay_takes_the_key:
        if keeper(setting, store) not in (0, number + 1):
            return store
        store = store._replace(key=number + 1)
    return with_job(store, number, Job(state=READY, generation=job.generation + 1))
