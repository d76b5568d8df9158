"""Jobs, unique keys and consumers, as the store ought to have them."""

import itertools
from collections import Counter
from typing import Final

import attrs

from jobdefs.state import FINAL, State
from tests.support.stage import LEASE, MILLISECOND, START_MS

LEASE_MS: Final = LEASE // MILLISECOND
SUSPICIOUS: Final = 2
NOT_BEGUN: Final = (State.SCHEDULED, State.READY)
QUEUE: Final = "default"
NAME: Final = "TEST_JOB"


@attrs.define
class Job:
    """One job. ``score`` is its place in its queue: priority, then arrival; ``end`` when it leaves its index, in ms."""

    id: str
    priority: int
    state: State
    score: tuple[int, int] = (0, 0)
    end: int = 0
    failures: int = 0
    lost: int = 0
    suspicion: int = 0
    generation: int = 0
    fence: int = 0
    token: str | None = None
    holder: str | None = None
    claimed_at: int = 0
    cancel: int | None = None
    lock: str | None = None
    until: str = ""
    kind: str | None = None
    refused: frozenset[str] = frozenset()

    @property
    def is_suspect(self) -> bool:
        """Whether its holders vanished twice in a row."""
        return self.suspicion >= SUSPICIOUS


@attrs.define
class Answer:
    """What the last exchange of a consumer was told."""

    token: str
    claims: list[str]
    verdicts: list[bool]


@attrs.define
class Bookkeeping:
    """Everything that the store keeps, but payloads and histories."""

    now: int = START_MS
    jobs: dict[str, Job] = attrs.field(factory=dict)
    tombstones: set[str] = attrs.field(factory=set)
    locks: dict[str, tuple[str, str]] = attrs.field(factory=dict)
    answers: dict[str, Answer] = attrs.field(factory=dict)
    beats: dict[str, int] = attrs.field(factory=dict)
    abilities: dict[str, str] = attrs.field(factory=dict)
    beat_at: int | None = None
    grace_until: int = 0
    ledger: Counter[str] = attrs.field(factory=Counter)
    arrivals: "itertools.count[int]" = attrs.field(factory=itertools.count)

    def in_state(self, state: State) -> list[Job]:
        """Return the jobs of a state in the order of its index."""
        found = [job for job in self.jobs.values() if job.state is state]
        if state in (State.READY, State.SUSPECT):
            return sorted(found, key=lambda job: job.score if state is State.READY else (job.end, 0))
        return sorted(found, key=lambda job: (job.end, job.id))

    def move(self, job: Job, state: State) -> None:
        """Let a job be in another state, in the ledger too."""
        self.ledger[job.state.value] -= 1
        self.ledger[state.value] += 1
        job.state = state

    def make_ready(self, job: Job, *, anew: bool) -> None:
        """Let a job wait for a consumer, in its old place or behind all others of its priority."""
        if anew:
            job.score = (-job.priority, next(self.arrivals))
        self.move(job, State.READY)

    def make_suspect(self, job: Job) -> None:
        """Let a job wait for quarantine, behind all others."""
        job.end = next(self.arrivals)
        self.move(job, State.SUSPECT)

    def finish(self, job: Job, state: State, keep: int) -> None:
        """End a job."""
        job.end = self.now + keep
        self.move(job, state)
        self.let_go(job)

    def park(self, job: Job, digest: str) -> None:
        """Put a job aside for consumers by whose digest it was not refused."""
        job.refused |= {digest}
        job.kind, job.end = f"{QUEUE}:{'+'.join(sorted(job.refused))}:{NAME}", self.now
        self.move(job, State.PARKED)

    def keeper(self, lock: str) -> str | None:
        """Return the job that holds a unique key, None if that is free."""
        scope, job_id = self.locks.get(lock, ("", ""))
        job = self.jobs.get(job_id)
        if scope in ("", "window"):
            return job_id or None
        if job is None or job.state in FINAL or (scope == "started" and job.state not in NOT_BEGUN):
            return None
        return job_id

    def take_lock(self, job: Job, lock: str, until: str) -> None:
        """Let a job hold a unique key."""
        self.locks[lock] = (until, job.id)
        if until != "window":
            job.lock, job.until = lock, until

    def let_go(self, job: Job) -> None:
        """Free the unique key that a job holds."""
        if job.lock and self.locks.get(job.lock, ("", ""))[1] == job.id:
            del self.locks[job.lock]

    def let_go_begun(self, job: Job) -> None:
        """Free a unique key that was held until the job had started."""
        if job.until == "started":
            self.let_go(job)


# The verdicts and the claims of an exchange.
Reply = tuple[list[str], list[str]]
