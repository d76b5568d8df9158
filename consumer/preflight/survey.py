"""Reads the jobs of the store page by page, and asks of each whether this build could run it."""

from collections.abc import Iterator, Sequence
from typing import Final

from consumer.preflight.build import Build
from consumer.preflight.findings import Findings, Group, Groups
from consumer.recognition import Obstacle, Refusal
from jobdefs.errors import StoreUnsuitable
from jobdefs.policy import MAX_PAGE
from jobdefs.record import JobRecord
from jobdefs.state import State
from jobdefs.storage import key_space, keys
from jobdefs.storage.drivers import Store
from jobdefs.storage.inspection import InspectionCalls

# In the order in which jobs go on: one that moves meanwhile is rather seen twice than not at all.
STATES: Final = (State.SCHEDULED, State.READY, State.RUNNING, State.SUSPECT, State.PARKED, State.DEAD)
# So many jobs may come in while a state is read; beyond that it would never end.
_ROOM: Final = 10_000
_REASONS: Final = {
    Obstacle.MISPLACED: "its envelope belongs to another job",
    Obstacle.UNKNOWN: "nothing in this build has this name",
}


class Survey:
    """Looks at the jobs of a store as this build would; every request to the store only reads."""

    def __init__(self, store: Store, namespace: str, build: Build) -> None:
        self._store = store
        self._calls = InspectionCalls(namespace)
        self._build = build

    def findings(self, states: Sequence[State] = STATES, most: int | None = None) -> Findings:
        """Return what there is to tell about jobs in these states, ``most`` of each at most, None for all.

        While jobs move, one may be seen twice or not at all. Raises StoreError; it is StoreUnsuitable for a key space
        that is newer than this program.
        """
        schema = self._store.send(self._calls.schema()) or keys.SCHEMA
        if why := key_space.newer(schema, self._store.shown):
            raise StoreUnsuitable(why)
        found = Findings(is_older=schema < keys.SCHEMA)
        for state in states:
            self._look_at(state, self._bound(state) if most is None else most, found)
        return found

    def _look_at(self, state: State, most: int | None, found: Findings) -> None:
        number = 0
        for job in self._jobs(state, most):
            number += 1
            self._enter(found, job)
        found.looked_at[state] = number
        found.is_sample = found.is_sample or number == most

    def _bound(self, state: State) -> int | None:
        standing = self._store.send(self._calls.ledger()).standing.get(state)
        return None if standing is None else 2 * standing + _ROOM

    def _jobs(self, state: State, most: int | None) -> Iterator[JobRecord]:
        cursor, seen = None, 0
        while most is None or seen < most:
            limit = MAX_PAGE if most is None else min(MAX_PAGE, most - seen)
            page = self._store.send(self._calls.page(state=state, queue="", name="", cursor=cursor, limit=limit))
            yield from page.jobs
            seen, cursor = seen + len(page.jobs), page.cursor
            if cursor is None:
                return

    def _enter(self, found: Findings, job: JobRecord) -> None:
        refusal = self._build.refusal(job)
        if refusal is not None:
            found.blocked.add(job.id, _blocked(job, refusal))
        elif job.state is State.PARKED:
            self._fate(found, job).add(job.id, Group(_name(job), job.queue, job.state, reason=job.reason))

    def _fate(self, found: Findings, job: JobRecord) -> Groups:
        # Whoever carries an older key space over offers all of its parked jobs anew.
        return found.taken_up if found.is_older or self._build.takes_up(job) else found.replayable


def _blocked(job: JobRecord, refusal: Refusal) -> Group:
    reason = _REASONS.get(refusal.obstacle, refusal.reason)
    return Group(_name(job), job.queue, job.state, refusal.obstacle, reason)


def _name(job: JobRecord) -> str:
    return job.envelope.name if job.envelope else ""
