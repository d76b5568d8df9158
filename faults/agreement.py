"""Whether a store agrees with itself: each job is in the one index of its state, and nothing has to be repaired."""

import time
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

import redis

from jobdefs.policy import DEFAULT_NAMESPACE
from jobdefs.state import State
from jobdefs.storage.drivers import Store
from jobdefs.storage.inspection import InspectionCalls
from jobdefs.storage.upkeep import UpkeepCalls

_EVERYTHING: Final = 1_000_000
_PASSES: Final = 2
_HOUR_MS: Final = 3_600_000
_NAMED_AS_STATES: Final = ("ready", "scheduled", "suspect", "parked")


def disagreements(url: str, namespace: str = DEFAULT_NAMESPACE) -> list[str]:
    """Return a line for each disagreement, of a store that nobody uses; the sweeper then mends what it finds."""
    with redis.Redis.from_url(url) as client:
        misplaced = list(_misplaced(client, f"{{{namespace}}}:"))
    store = Store(url)
    try:
        return [*misplaced, *_to_repair(store, namespace), *store.send(InspectionCalls(namespace).ledger()).faults]
    finally:
        store.close()


def _misplaced(client: Any, root: str) -> Iterator[str]:
    """Yield the jobs whose bookkeeping and indexes differ, as they stand in the keys."""
    found = defaultdict(list)
    for index, state in _indexes(client, root):
        for job_id in client.zrange(index, 0, -1):
            found[job_id.decode()].append(state)
    yield from (f"{job_id} is in the indexes {states}" for job_id, states in found.items() if len(states) > 1)
    for key in client.scan_iter(f"{root}run:*", count=1000):
        job_id, state = key.decode().removeprefix(f"{root}run:"), client.hget(key, "state")
        if state and [state.decode()] != found.get(job_id):
            yield f"{job_id} says that it is {state.decode()}, and is in the indexes {found.get(job_id, [])}"


def _indexes(client: Any, root: str) -> Iterator[tuple[bytes, str]]:
    """Yield the key of each index, and the state of the jobs in it."""
    for key in client.scan_iter(f"{root}*", count=1000):
        kind, _, rest = key.decode().removeprefix(root).partition(":")
        if kind == "final" and rest in set(State):
            yield key, rest
        elif kind in _NAMED_AS_STATES:
            yield key, kind
        elif kind == "leases":
            yield key, State.RUNNING


def _to_repair(store: Store, namespace: str) -> Iterator[str]:
    """Yield what the sweeper mends: the first pass may have begun before."""
    now_ms = time.time_ns() // 1_000_000
    for number in range(_PASSES):
        # A pass that comes too early does nothing.
        later_ms = now_ms + number * _HOUR_MS
        calls = UpkeepCalls(namespace, clock=partial(int, later_ms), at_once=_EVERYTHING)
        for repair in store.send(calls.sweep()).repairs:
            yield f"{repair.id or 'something'} had to be repaired: {repair.wrong}"
