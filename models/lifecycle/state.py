"""Everything that is to be known at one moment: the store, what of it is on the disk, workers and clients."""

from typing import Final, NamedTuple

from jobdefs.state import FINAL as FINAL_STATES
from jobdefs.state import State

# Plain words, since the hash of an enum's member is computed in Python.
SCHEDULED: Final = State.SCHEDULED.value
READY: Final = State.READY.value
RUNNING: Final = State.RUNNING.value
SUSPECT: Final = State.SUSPECT.value
PARKED: Final = State.PARKED.value
SUCCEEDED: Final = State.SUCCEEDED.value
DEAD: Final = State.DEAD.value
CANCELLED: Final = State.CANCELLED.value
ABSENT: Final = "absent"
FORGOTTEN: Final = "forgotten"
FINAL: Final = frozenset(state.value for state in FINAL_STATES)
LIVE: Final = frozenset({SCHEDULED, READY, RUNNING, SUSPECT, PARKED})

ASKING: Final = "asking"
TOLD: Final = "told"
REFUSED: Final = "refused"


class Job(NamedTuple):
    """A job as the store keeps it. ``lease`` is no part of the protocol: it tells which claim is the last one.

    ``due`` is whether its time has come; a ``forgotten`` job has left a tombstone.
    """

    state: str = ABSENT
    token: int = 0
    lease: int = 0
    failures: int = 0
    suspicion: int = 0
    generation: int = 0
    cancel: bool = False
    due: bool = True


class Store(NamedTuple):
    """What the store keeps; ``key`` is the number of the job that holds the unique key, from 1 on.

    ``answered`` are the claims whose reply is kept for those who ask again, ``claims`` how many there were.
    """

    jobs: tuple[Job, ...]
    key: int = 0
    answered: tuple[int, ...] = ()
    claims: int = 0


class Holding(NamedTuple):
    """A job that a worker believes to hold; ``outcome`` is what it told of the attempt, if no reply has come yet."""

    job: int
    token: int
    lease: int
    failures: int
    quarantined: bool = False
    outcome: str = ""


class Worker(NamedTuple):
    """A consumer: what it holds, the token of a claim whose reply got lost, suspects that it ``spared`` for a kill."""

    holdings: tuple[Holding, ...] = ()
    asking: int = 0
    spared: tuple[int, ...] = ()


class World(NamedTuple):
    """One moment. ``clients`` are what whoever submitted each job knows; the rest, how many faults may still come."""

    store: Store
    disk: Store
    workers: tuple[Worker, ...]
    clients: tuple[str, ...]
    crashes: int
    rollbacks: int
    kills: int

    def after(self, store: Store) -> "World":
        """The same, the store having moved on."""
        return self._replace(store=store)

    def with_worker(self, number: int, worker: Worker) -> "World":
        """The same with another worker of this number."""
        return self._replace(workers=(*self.workers[:number], worker, *self.workers[number + 1 :]))


def with_job(store: Store, number: int, job: Job) -> Store:
    """Return the store with another job of this number."""
    return store._replace(jobs=(*store.jobs[:number], job, *store.jobs[number + 1 :]))
