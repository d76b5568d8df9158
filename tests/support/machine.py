"""A state machine: whatever people, consumers and time do, in any order, the scripts do as the reference says."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import attrs
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from jobdefs.state import REPLAYABLE, State
from jobdefs.storage.contract import Claim, Outcome, Settlement
from jobdefs.storage.submission import follow_up
from jobdefs.unique import Conflict, UniqueLock, Until
from tests.support.reference import presence, submission
from tests.support.reference.bookkeeping import NAME, Bookkeeping, Reply
from tests.support.reference.exchange import Wish, exchange
from tests.support.reference.snapshot import expected, stored
from tests.support.stage import HOUR, LEASE, MILLISECOND, SECOND, Stage, lease_of, new_job

HOLDERS: Final = ("a", "b", "c")
DIGESTS: Final = ("d1", "d2")
KEYS: Final[tuple[tuple[str, Until | timedelta], ...]] = (
    ("s", Until.STARTED),
    ("f", Until.FINISHED),
    ("f", Until.STARTED),
    ("w", timedelta(days=1)),
)
LOCKS: Final = tuple(
    UniqueLock(key=key, until=until, conflict=conflict) for key, until in KEYS for conflict in Conflict
)
MOMENTS: Final = (MILLISECOND, SECOND, LEASE / 4, LEASE / 4, LEASE / 2, LEASE / 2 + MILLISECOND, LEASE, HOUR)
KEPT: Final = (timedelta(0), SECOND, 2 * HOUR)

OLD: Final = -4
numbers = st.integers(OLD, 4)
holders = st.sampled_from(HOLDERS)
keeps = st.sampled_from(KEPT)
digests = st.sampled_from(DIGESTS)
delays = st.sampled_from((timedelta(0), timedelta(0), SECOND, LEASE))
locks = st.none() | st.sampled_from(LOCKS)
heard = st.sampled_from((True, True, False))


@attrs.frozen
class End:
    """How an attempt ends, whoever's it is."""

    outcome: Outcome
    delay: timedelta
    keep: timedelta
    digest: str
    own_end: bool
    follows: bool

    def of(self, claim: Claim, job_id: str | None) -> Settlement:
        """Return the settlement of a claim."""
        failed = self.outcome in (Outcome.FAILED, Outcome.DEAD)
        return Settlement(
            id=claim.id,
            token=claim.token,
            outcome=self.outcome,
            failures=claim.failures + 1 if failed else 0,
            delay=self.delay,
            keep=self.keep,
            kind=f"{self.digest}:{NAME}",
            own_end=self.own_end,
            effects=[follow_up(new_job(job_id))] if job_id else [],
        )


ends = st.builds(
    End,
    outcome=st.sampled_from(Outcome),
    delay=delays,
    keep=keeps,
    digest=digests,
    own_end=st.booleans(),
    follows=st.booleans(),
)
endings = st.lists(st.tuples(numbers, ends), min_size=1, max_size=2)


@attrs.define
class Consumer:
    """What a consumer holds by what it heard, what it held once, and what it asked for last."""

    holdings: list[Claim] = attrs.field(factory=list)
    past: list[Claim] = attrs.field(factory=list)
    last: Wish | None = None
    waits: bool = False

    @property
    def may_settle(self) -> bool:
        """Whether it has something to settle, rightly or not, and waits for no reply."""
        return not self.waits and bool(self.holdings or self.past)

    def pick(self, number: int) -> Claim:
        """Return a claim that is held; once in a while, or where there is none, one that is not."""
        choices = self.past[-1:] if self.past and (number == OLD or not self.holdings) else self.holdings
        return choices[number % len(choices)]

    def end(self, wish: Wish) -> None:
        """Let go of what has been settled."""
        ended = {(settlement.id, settlement.token) for settlement in wish.settlements}
        self.past += [claim for claim in self.holdings if (claim.id, claim.token) in ended]
        self.holdings = [claim for claim in self.holdings if (claim.id, claim.token) not in ended]


class StoreMachine(RuleBasedStateMachine):
    """Plays on a fresh stage; ``seen`` gets every state that a job was in."""

    def __init__(self, open_stage: Callable[[], Stage], seen: set[State]) -> None:
        super().__init__()
        self.stage, self.seen = open_stage(), seen
        self.store = Bookkeeping()
        self.consumers = {holder: Consumer() for holder in HOLDERS}
        self.steps = 0
        self.known: list[str] = []

    # People.

    @initialize(jobs=st.lists(st.tuples(st.sampled_from((0, 9)), delays, locks), min_size=2, max_size=5))
    def begin(self, jobs: list[tuple[int, timedelta, UniqueLock | None]]) -> None:
        """Let there be jobs."""
        for priority, delay, lock in jobs:
            self.submit(priority, delay, lock, hear=True)

    @rule(priority=st.sampled_from((0, 9)), delay=delays, lock=locks, hear=heard)
    def submit(self, priority: int, delay: timedelta, lock: UniqueLock | None, *, hear: bool) -> None:
        """Put a new job in."""
        self.known.append(f"j{len(self.known)}")
        self.submit_again(-1, priority, delay, lock, hear=hear)

    @rule(number=numbers, priority=st.just(0), delay=delays, lock=locks, hear=heard)
    def submit_again(
        self, number: int, priority: int, delay: timedelta, lock: UniqueLock | None, *, hear: bool
    ) -> None:
        """Put a job in that may have been there, and once more if the reply got lost."""
        job_id = self.job_id(number)
        for _ in range(1 if hear else 2):
            receipt = submission.submit(self.store, job_id, priority, delay // MILLISECOND, lock)
            assert self.stage.submit(job_id, priority=priority, delay=delay, lock=lock) == (receipt,)

    @rule(number=numbers, what=st.sampled_from(("cancel", "replay", "announce")), keep=keeps, digest=digests)
    def meddle(self, number: int, what: str, keep: timedelta, digest: str) -> None:
        """Cancel or replay a job, or let a consumer say what it can run."""
        if what == "announce":
            self.announce(HOLDERS[number % len(HOLDERS)], digest)
        elif what == "cancel":
            self.cancel(number, keep)
        else:
            self.replay(number)

    def cancel(self, number: int, keep: timedelta) -> None:
        """Cancel a job, one that runs if there is any, but for the latest."""
        running = [job.id for job in self.store.in_state(State.RUNNING)]
        job_id = running[number % len(running)] if running and number >= 0 else self.job_id(number)
        assert self.stage.cancel(job_id, keep) == submission.cancel(self.store, job_id, keep)

    def replay(self, number: int) -> None:
        """Replay a job, one that was given up if there is any."""
        given_up = [job.id for job in self.store.jobs.values() if job.state in REPLAYABLE]
        job_id = given_up[number % len(given_up)] if given_up else self.job_id(number)
        assert self.stage.replay(job_id) == submission.replay(self.store, job_id)

    def announce(self, holder: str, digest: str) -> None:
        """Say what a consumer can run."""
        presence.announce(self.store, holder, digest)
        self.stage.send(self.stage.execution.announce(holder=holder, abilities={NAME: digest}))

    # Consumers.

    @rule(holder=holders, want=st.integers(1, 3), suspects=st.integers(0, 1), hear=heard)
    def claim(self, holder: str, want: int, suspects: int, *, hear: bool) -> None:
        """Claim, unless a reply is still waited for."""
        if not self.consumers[holder].waits:
            self.ask(Wish(holder=holder, token=self.token(), want=want, suspects=suspects), hear=hear)

    @precondition(lambda self: any(consumer.may_settle for consumer in self.consumers.values()))
    @rule(ended=endings, want=st.integers(0, 1), hear=heard)
    def settle(self, ended: list[tuple[int, End]], want: int, *, hear: bool) -> None:
        """End attempts of somebody who has any, among them such as have ended long ago, and claim."""
        able = [holder for holder, consumer in self.consumers.items() if consumer.may_settle]
        self.end(able[ended[0][0] % len(able)], ended, want, hear=hear)

    @rule(holder=holders, ended=endings, hear=heard)
    def work(self, holder: str, ended: list[tuple[int, End]], *, hear: bool) -> None:
        """Claim, and end at once what came, or what was held before."""
        self.claim(holder, 1, 1, hear=True)
        if self.consumers[holder].may_settle:
            self.end(holder, ended, 0, hear=hear)

    def end(self, holder: str, ended: list[tuple[int, End]], want: int, *, hear: bool) -> None:
        """End attempts of a consumer, the latest ones counted from the end."""
        token, pairs = self.token(), [(self.consumers[holder].pick(number), end) for number, end in ended]
        follow_ups = tuple(f"{token}.{number}" if end.follows else None for number, (_, end) in enumerate(pairs))
        self.known += [job_id for job_id in follow_ups if job_id]
        told = tuple(end.of(claim, job_id) for (claim, end), job_id in zip(pairs, follow_ups, strict=True))
        self.ask(Wish(holder=holder, token=token, want=want, settlements=told, follow_ups=follow_ups), hear=hear)

    @precondition(lambda self: any(consumer.waits for consumer in self.consumers.values()))
    @rule(hear=heard)
    def ask_again(self, *, hear: bool) -> None:
        """Send an exchange again whose reply got lost."""
        consumer = next(consumer for consumer in self.consumers.values() if consumer.waits)
        assert consumer.last is not None
        self.ask(attrs.evolve(consumer.last, again=True), hear=hear)

    @precondition(lambda self: any(consumer.last for consumer in self.consumers.values()))
    @rule(number=numbers)
    def arrive_late(self, number: int) -> None:
        """Let the last exchange of a consumer arrive once more, as it was sent first; nobody hears the reply."""
        sent = [consumer.last for consumer in self.consumers.values() if consumer.last]
        self.send(attrs.evolve(sent[number % len(sent)], again=False))

    @rule(holder=holders)
    def beat(self, holder: str) -> None:
        """Say that a consumer is there, and hear of what it has lost."""
        consumer = self.consumers[holder]
        lost, cancelled = presence.beat(self.store, holder, [lease_of(claim) for claim in consumer.holdings])
        told = self.stage.beat(*consumer.holdings, holder=holder)
        assert (list(told.lost), list(told.cancelled)) == (lost, cancelled)
        consumer.holdings = [claim for claim in consumer.holdings if lease_of(claim) not in lost]

    # Time.

    @rule(moment=st.sampled_from(MOMENTS))
    def wait(self, moment: timedelta) -> None:
        """Let time pass."""
        self.stage.wait(moment)
        self.store.now = self.stage.now_ms

    @rule(holder=holders, claims=st.booleans())
    def vanish(self, holder: str, *, claims: bool) -> None:
        """Let a consumer vanish, perhaps just after a claim, and a lease pass in which the others beat."""
        if claims:
            self.send(Wish(holder=holder, token=self.token(), want=2, suspects=1))
        self.consumers[holder] = Consumer()
        for _ in range(5):
            self.wait(LEASE / 4)
            for other in HOLDERS:
                if other != holder:
                    self.beat(other)
        self.send(Wish(holder="somebody", token=self.token()))

    # What they have in common.

    def token(self) -> str:
        """Return a token that nobody had."""
        self.steps += 1
        return f"t{self.steps}"

    def job_id(self, number: int) -> str:
        """Return the id of some job, there or not, the latest ones counted from the end."""
        return self.known[number % len(self.known)] if self.known else "j"

    def ask(self, wish: Wish, *, hear: bool) -> None:
        """Exchange, and hear the reply or not."""
        consumer, claims = self.consumers[wish.holder], self.send(wish)
        consumer.last, consumer.waits = wish, not hear
        if hear:
            consumer.end(wish)
            consumer.holdings += claims

    def send(self, wish: Wish) -> tuple[Claim, ...]:
        """Exchange with the real store; the reference tells the reply."""
        more: dict[str, Any] = {"token": wish.token, "holder": wish.holder, "again": wish.again}
        told = self.stage.exchange(*wish.settlements, want=wish.want, suspects=wish.suspects, **more)
        reply: Reply = [verdict.value for verdict in told.verdicts], [claim.id for claim in told.claims]
        assert reply == exchange(self.store, wish)
        return told.claims

    @invariant()
    def agree(self) -> None:
        """Everything is stored as the reference has it; each job stands in one index, and the ledger is balanced."""
        found = stored(self.stage, self.known, [f"{NAME}:{key}" for key, _ in KEYS])
        assert found == expected(self.store, found)
        self.seen.update(job.state for job in self.store.jobs.values())
