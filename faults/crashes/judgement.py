"""What came of a run: the rules on what clients and handlers wrote down, then the store's own agreement with itself."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import redis

from faults.crashes.entries import Entry
from faults.crashes.rules import broken
from faults.crashes.story import STRANGER, Story, stories
from jobdefs.state import State
from jobdefs.storage.drivers import Store
from jobdefs.storage.inspection import InspectionCalls
from jobdefs.storage.upkeep import UpkeepCalls

_ALL: Final = 200
_AT_ONCE: Final = 100_000
_HOUR_MS: Final = 3_600_000


def violations(entries: list[Entry], url: str, namespace: str, *, repeats: int) -> list[str]:
    """Return a line for each broken promise; ``repeats`` is how many attempts may have been run a second time."""
    store = Store(url)
    try:
        told = stories(entries)
        listed = _add_records(told, store, InspectionCalls(namespace))
        again = sum(story.repeats for story in told.values())
        return [
            *broken(told),
            *([f"I4: {again} attempts were run again, and {repeats} is the bound"] if again > repeats else []),
            *_disagreements(store, namespace, entries[-1].now_ms + _HOUR_MS),
            *_misplaced(url, namespace, listed),
        ]
    finally:
        store.close()


def _add_records(told: dict[str, Story], store: Store, calls: InspectionCalls) -> Mapping[str, State]:
    """Let the store tell of every job that it has, and return their states."""
    page = store.send(calls.page(state=None, queue="", name="", cursor=None, limit=_ALL))
    for job in page.jobs:
        story = told.setdefault(job.id, Story(job.id, STRANGER))
        story.record = store.send(calls.find(job.id))
    return {job.id: job.state for job in page.jobs}


def _disagreements(store: Store, namespace: str, now_ms: int) -> Iterator[str]:
    """Yield what a whole pass of the sweep repairs, or has repaired before, and where the ledger is off."""
    calls = UpkeepCalls(namespace, clock=lambda: now_ms, at_once=_AT_ONCE)
    for repair in store.send(calls.sweep()).repairs:
        yield f"I12: {repair.id or 'something'} had to be repaired: {repair.wrong}"
    ledger = store.send(InspectionCalls(namespace).ledger())
    if ledger.repairs:
        yield f"I12: {ledger.repairs} repairs in all"
    for fault in ledger.faults:
        yield f"I12: {fault}"


def _misplaced(url: str, namespace: str, listed: Mapping[str, State]) -> Iterator[str]:
    """Yield the jobs that are not in exactly the one index of their state."""
    found: dict[str, list[str]] = {}
    with redis.Redis.from_url(url) as client:
        for index, state in _indexes(client, f"{{{namespace}}}:"):
            for job_id in client.zrange(index, 0, -1):
                found.setdefault(job_id.decode(), []).append(state)
    for job_id in found.keys() | listed.keys():
        wanted = [listed[job_id].value] if job_id in listed else []
        if found.get(job_id, []) != wanted:
            yield f"I12: {job_id} is in the indexes {found.get(job_id, [])}, and has to be in {wanted}"


def _indexes(client: Any, root: str) -> Iterator[tuple[bytes, str]]:
    """Yield the key of each index, and the state of the jobs in it."""
    for key in client.scan_iter(f"{root}*", count=1000):
        kind, _, rest = key.decode().removeprefix(root).partition(":")
        if kind in ("ready", "scheduled", "suspect", "final"):
            yield key, rest if kind == "final" else kind
        elif kind in ("leases", "parked"):
            yield key, {"leases": "running"}.get(kind, kind)
