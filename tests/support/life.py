"""A random life: consumers, some of whose replies get lost, and people who submit, cancel and replay, all by chance.

After every step what is stored is held against what ought to be.
"""

import itertools
import math
from collections import Counter
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any, Final

from jobdefs.state import CANCELLABLE, REPLAYABLE, State
from jobdefs.storage.contract import Claim, NewJob, Outcome, Settlement, SettleVerdict, SubmitVerdict
from jobdefs.storage.submission import follow_up
from jobdefs.storage.upkeep import UpkeepCalls
from jobdefs.unique import Conflict, UniqueLock, Until
from tests.support.keyholders import KeyHolders
from tests.support.stage import LEASE, MILLISECOND, NAMESPACE, SECOND, START_MS, Stage, ending, lease_of, new_job

LOST: Final = 0.3
QUEUES: Final = ("mail", "default")
NAMES: Final = ("TEST_JOB", "SEND")
DELAYS: Final = (timedelta(0), timedelta(0), SECOND, timedelta(minutes=1))
KEPT: Final = (timedelta(0), timedelta(minutes=1), timedelta(days=2))
MOMENTS: Final = (MILLISECOND, SECOND, LEASE / 4, LEASE / 4, LEASE, timedelta(minutes=1), timedelta(hours=25))
SCOPES: Final[tuple[tuple[str, Until | timedelta], ...]] = (*itertools.product("kl", Until), ("w", timedelta(days=1)))
KINDS: Final = ("", "d1:TEST_JOB", "d1:SEND", ":SEND", "v1:")
WEIGHTS: Final = {
    "submit": 6,
    "exchange": 12,
    "beat": 3,
    "cancel": 2,
    "replay": 3,
    "announce": 1,
    "vanish": 2,
    "wait": 6,
}
_ALL: Final = 100_000


class Life:
    """One such life on a stage; ``seen`` are the states that jobs were in."""

    def __init__(self, stage: Stage, seed: int) -> None:
        self.stage = stage
        self.chance = Random(seed)  # noqa: S311 - chance, not a secret
        self.steps = 0
        self.jobs: dict[str, NewJob] = {}
        self.names: dict[str, str] = {}
        self.states: dict[str, State | None] = {}
        self.ends: dict[str, float] = {}
        self.asked: dict[str, tuple[str, timedelta]] = {}
        self.tokens: dict[str, str] = {}
        self.claims: list[Claim] = []
        self.keys = KeyHolders(self.states)
        self.answered: dict[str, tuple[str, str]] = {}
        self.seen: set[State] = set()
        # Sweeping again at once would be refused, so the sweeper lives by a time of its own.
        self.sweeps = itertools.count(START_MS * 2, 10_000)

    def step(self) -> None:
        """Do something, and look at everything."""
        (what,) = self.chance.choices(list(WEIGHTS), list(WEIGHTS.values()))
        self.steps += 1
        getattr(self, what)()
        self.agree()

    def any_id(self) -> str:
        """Return an id: of a job that is there, was there, or was never there."""
        return f"j{self.chance.randrange(5 + self.steps // 8)}"

    def any_job(self, job_id: str) -> NewJob:
        """Return a job: perhaps due later, perhaps compared with an earlier one, perhaps the only one of its key."""
        lock = None
        if self.chance.random() < 0.4:
            key, until = self.chance.choice(SCOPES)
            lock = UniqueLock(key=key, until=until, conflict=self.chance.choice(list(Conflict)))
        where: dict[str, Any] = {"queue": self.chance.choice(QUEUES), "priority": self.chance.randint(0, 9)}
        request, delay = self.chance.choice(["", "", "aa", "bb"]), self.chance.choice(DELAYS)
        self.names.setdefault(job_id, self.chance.choice(NAMES))
        return new_job(job_id, name=self.names[job_id], lock=lock, request=request, delay=delay, **where)

    def submit(self) -> None:
        """Submit a batch; only ids that nobody has or had, and keys that nobody holds, make jobs."""
        ids = [self.any_id() for _ in range(self.chance.randint(1, 3))]
        jobs = [self.any_job(job_id) for job_id in ids]
        for job_id, job, receipt in zip(ids, jobs, self.stage.submit_all(jobs), strict=True):
            assert (receipt.verdict, receipt.id) == self.expected(job_id, job)
            assert receipt.state is self.states.get(receipt.id, receipt.state)
            if receipt.created:
                self.enter(job_id, job, receipt.state)

    def expected(self, job_id: str, job: NewJob) -> tuple[SubmitVerdict, str]:
        """Return what the store must say to a job."""
        if job_id in self.states:
            first = self.jobs[job_id].request
            different = job.request and first and first != job.request
            return SubmitVerdict.DIFFERENT if different else SubmitVerdict.EXISTING, job_id
        if job_id in self.answered:
            request, other = self.answered[job_id]
            different = job.request not in ("", request)
            return (SubmitVerdict.DIFFERENT, job_id) if different else (SubmitVerdict.DUPLICATE, other)
        return self.expected_new(job_id, job)

    def expected_new(self, job_id: str, job: NewJob) -> tuple[SubmitVerdict, str]:
        """Return what the store must say to a job whose id it does not know."""
        other = self.keys.holder(self.names[job_id], job.lock)
        if other and not (job.lock and self.keys.replaces(other, job.lock)):
            if job.request and job.lock and job.lock.conflict is not Conflict.ERROR:
                self.answered[job_id] = job.request, other
            return SubmitVerdict.DUPLICATE, other
        if other:
            self.states[other] = State.CANCELLED
        return SubmitVerdict.CREATED, job_id

    def enter(self, job_id: str, job: NewJob, state: State | None) -> None:
        """Take note of a job that was put in."""
        self.jobs[job_id], self.states[job_id] = job, state
        self.keys.take(self.names[job_id], job.lock, job_id)

    def exchange(self) -> None:
        """Settle some claims, held still or not, and claim; where the reply gets lost, ask again."""
        want, suspects, token = self.chance.randint(0, 3), self.chance.randint(0, 1), f"t{self.steps}"
        ended = self.chance.sample(self.claims[-6:], min(len(self.claims), self.chance.randint(0, 2)))
        valid = [self.held(claim) for claim in ended]
        settlements = [self.ending(claim, held=held) for claim, held in zip(ended, valid, strict=True)]
        holder = self.chance.choice("hi")
        more: dict[str, Any] = {"queues": QUEUES, "want": want, "suspects": suspects, "holder": holder, "token": token}
        call = partial(self.stage.exchange, *settlements, **more)
        reply = call()
        lost = list(reply.lost)
        assert [verdict is SettleVerdict.SETTLED for verdict in reply.verdicts] == valid
        if self.chance.random() < LOST:
            again = call(again=True)
            lost += again.lost
            assert [claim.id for claim in again.claims] == [claim.id for claim in reply.claims]
            assert {told for told, held in zip(again.verdicts, valid, strict=True) if held} <= {SettleVerdict.REPEATED}
        assert len({claim.id for claim in reply.claims}) == len(reply.claims)
        assert sum(claim.suspect for claim in reply.claims) <= suspects
        assert sum(not claim.suspect for claim in reply.claims) <= want
        for lease in lost:
            if not lease.released:
                self.keys.begun(lease.id)
        self.claims += reply.claims
        self.tokens.update((claim.id, claim.token) for claim in reply.claims)

    def ending(self, claim: Claim, *, held: bool) -> Settlement:
        """Return some end of an attempt, with a follow-up job by chance."""
        outcome, delay, keep = self.chance.choice(list(Outcome)), self.chance.choice(DELAYS), self.chance.choice(KEPT)
        told = {"failures": claim.failures + 1, "delay": delay, "keep": keep, "kind": self.chance.choice(KINDS)}
        effects = []
        if self.chance.random() < 0.2:
            job_id = f"f{self.steps}.{claim.id}"
            self.names[job_id] = NAMES[0]
            job = new_job(job_id, delay=delay)
            effects.append(follow_up(job))
            if held:
                self.enter(job_id, job, None)
        if held:
            self.ends[claim.id] = self.now(keep)
            if outcome in (Outcome.FAILED, Outcome.SNOOZED):
                self.keys.begun(claim.id)
        return ending(claim, outcome, effects=effects, **told)

    def held(self, claim: Claim) -> bool:
        """Tell whether a claim is the one under which its job runs."""
        return self.states[claim.id] is State.RUNNING and self.tokens[claim.id] == claim.token

    def now(self, later: timedelta = timedelta(0)) -> float:
        """Return the present moment, or a later one, in milliseconds."""
        return self.stage.now_ms + later / MILLISECOND

    def beat(self) -> None:
        """Beat with the latest claims; the reply names exactly what is no longer held, and what is to be cancelled."""
        claims = self.claims[-self.chance.randint(1, 6) :]
        gone = [lease_of(claim) for claim in claims if not self.held(claim)]
        asked = [lease_of(claim) for claim in claims if self.held(claim) and claim.id in self.asked]
        told = self.stage.beat(*claims, holder=self.chance.choice("hi"))
        assert (list(told.lost), list(told.cancelled)) == (gone, asked)

    def cancel(self) -> None:
        """Cancel a job, which works until it has ended; one that runs goes on until its attempt ends."""
        running = [claim.id for claim in self.claims[-2:]]
        job_id, keep = self.chance.choice([self.any_id(), *running]), self.chance.choice(KEPT)
        move = self.stage.cancel(job_id, keep)
        state = self.states.get(job_id)
        assert (move and move.done) == (None if state is None else state in (*CANCELLABLE, State.CANCELLED))
        if state is State.RUNNING:
            self.asked[job_id] = (self.tokens[job_id], keep)

    def replay(self) -> None:
        """Replay a job, which works when it is dead, cancelled, expired or parked, and nobody holds its key."""
        job_id = self.any_id()
        move = self.stage.replay(job_id)
        state = self.states.get(job_id)
        lock = self.jobs[job_id].lock if job_id in self.jobs else None
        if lock and lock.key == "w":
            # A window begins once, when the job is put in.
            lock = None
        other = self.keys.holder(self.names.get(job_id, ""), lock)
        works = state in REPLAYABLE and other in (None, job_id)
        assert (move and move.done) == (None if state is None else works)
        if move and move.done:
            self.states[job_id] = move.state
            self.keys.take(self.names[job_id], lock, job_id)

    def announce(self) -> None:
        """Let a consumer be one that can run some of what is parked."""
        abilities = {"": self.chance.choice(["v1", "v2"]), **{name: self.chance.choice(["d1", "d2"]) for name in NAMES}}
        self.stage.send(self.stage.execution.announce(holder=self.chance.choice("hi"), abilities=abilities))

    def vanish(self) -> None:
        """Let two leases pass in which somebody beats, and nobody holds on to his jobs."""
        for _ in range(8):
            self.stage.wait(LEASE / 4)
            self.stage.beat(holder=self.chance.choice(["h", "somebody"]))

    def wait(self) -> None:
        """Let time pass."""
        self.stage.wait(self.chance.choice(MOMENTS))

    def agree(self) -> None:
        """Each job is in the index of its state and in no other, none vanishes early, and the store finds no fault."""
        found = self.listed()
        assert self.stage.indexes() == {job_id: [state.value] for job_id, state in found.items()}
        assert found.keys() <= self.states.keys()
        for job_id, before in self.states.items():
            self.check(job_id, before, found.get(job_id))
        self.seen.update(found.values())
        self.states.update({job_id: found.get(job_id) for job_id in self.states})
        self.keys.drop()
        self.audit(found)

    def check(self, job_id: str, before: State | None, state: State | None) -> None:
        """A job leaves when its retention is over, and one that somebody wanted cancelled does not wait again."""
        token, keep = self.asked.get(job_id, ("", timedelta.max))
        if token and state is State.RUNNING:
            assert self.tokens[job_id] == token
        elif token:
            assert state is None or state.final
            del self.asked[job_id]
        if state is None and before is not None:
            assert min(self.ends.get(job_id, math.inf), self.now(keep)) <= self.stage.now_ms
        if state is not None and state.final:
            self.ends[job_id] = self.stage.client.zscore(self.stage.key("final", state.value), job_id)

    def audit(self, found: dict[str, State]) -> None:
        """The sweeper has nothing to repair, and the ledger has every job of every name in its state."""
        at_once = self.chance.choice([3, _ALL])
        sweep = UpkeepCalls(NAMESPACE, LEASE, lambda: next(self.sweeps), at_once=at_once).sweep()
        assert self.stage.send(sweep).repairs == ()
        ledger = self.stage.send(self.stage.inspection.ledger())
        assert (ledger.faults, ledger.repairs) == ((), 0)
        there = Counter((self.names[job_id], state) for job_id, state in found.items())
        for entry in ledger.entries:
            assert entry.enqueued == sum(self.names[job_id] == entry.name for job_id in self.jobs)
            for state in State:
                counted, listed = getattr(entry, state.value), there[entry.name, state]
                assert counted >= listed if state.final else counted == listed

    def listed(self) -> dict[str, State]:
        """Return the state of every job, as a list shows it."""
        page = self.stage.send(self.stage.inspection.page(state=None, queue="", name="", cursor=None, limit=1_000))
        assert page.cursor is None
        return {job.id: job.state for job in page.jobs}
