"""Ends of a job's life, and of its unique key with it."""

from models.lifecycle.rules import SUSPICIOUS, Setting
from models.lifecycle.state import LIVE, Job, Store, with_job


def finish(setting: Setting, store: Store, number: int, job: Job, state: str) -> Store:
    """End a job in a final state."""
    return let_go(setting, with_job(store, number, job._replace(state=state, lease=0, cancel=False)), number)


def let_go(setting: Setting, store: Store, number: int) -> Store:
    """Drop the unique key if this job holds it."""
    return store._replace(key=0) if store.key == number + 1 and setting.rules.key_ends_with_its_job else store


def keeper(setting: Setting, store: Store) -> int:
    """Return the job that holds the unique key, from 1 on; 0 where there is none, or it is over or gone."""
    if not setting.rules.key_ends_with_its_job or not store.key:
        return store.key
    return store.key if store.jobs[store.key - 1].state in LIVE else 0


def is_suspect(setting: Setting, job: Job) -> bool:
    """Whether a job is to run in quarantine, since its holders vanished twice in a row."""
    return setting.rules.has_quarantine and job.suspicion >= SUSPICIOUS
