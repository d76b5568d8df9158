"""Agreement: whatever is called in whatever order, each job stands in the one index that its state names."""

from datetime import timedelta
from functools import partial
from random import Random

import pytest

from jobdefs.state import CANCELLABLE, REPLAYABLE, State
from jobdefs.storage.contract import Claim, Outcome, Settlement, SettleVerdict
from tests.support.stage import LEASE, MILLISECOND, SECOND, Stage, ending

STEPS = 1_000
LOST = 0.3
QUEUES = ("mail", "default")
DELAYS = (timedelta(0), timedelta(0), SECOND, timedelta(minutes=1))
KEPT = (timedelta(0), timedelta(minutes=1), timedelta(days=2))
MOMENTS = (MILLISECOND, SECOND, LEASE / 4, LEASE / 4, LEASE, timedelta(minutes=1), timedelta(hours=25))
WEIGHTS = {"submit": 6, "exchange": 12, "beat": 3, "cancel": 2, "replay": 3, "wait": 6}


class Life:
    """Two consumers, some of whose replies get lost, and people who submit, cancel and replay; all by chance."""

    def __init__(self, stage: Stage, seed: int) -> None:
        self.stage = stage
        self.chance = Random(seed)  # noqa: S311 - chance, not a secret
        self.steps = 0
        self.states: dict[str, State | None] = {}
        self.ends: dict[str, float] = {}
        self.tokens: dict[str, str] = {}
        self.claims: list[Claim] = []
        self.seen: set[State] = set()

    def step(self) -> None:
        """Do something, and look at everything."""
        (what,) = self.chance.choices(list(WEIGHTS), list(WEIGHTS.values()))
        self.steps += 1
        getattr(self, what)()
        self.agree()

    def any_id(self) -> str:
        """Return an id: of a job that is there, was there, or was never there."""
        return f"j{self.chance.randrange(5 + self.steps // 8)}"

    def submit(self) -> None:
        """Submit a batch; only ids that nobody has, or had until a day ago, make jobs."""
        ids = [self.any_id() for _ in range(self.chance.randint(1, 3))]
        queue, priority, delay = self.chance.choice(QUEUES), self.chance.randint(0, 9), self.chance.choice(DELAYS)
        receipts = self.stage.submit(*ids, queue=queue, priority=priority, delay=delay)
        for receipt, job_id in zip(receipts, ids, strict=True):
            assert receipt.created == (job_id not in self.states)
            self.states.setdefault(job_id, receipt.state)

    def exchange(self) -> None:
        """Settle some claims, held still or not, and claim; where the reply gets lost, ask again."""
        keep, want, token = self.chance.choice(KEPT), self.chance.randint(0, 3), f"t{self.steps}"
        ended = self.chance.sample(self.claims[-6:], min(len(self.claims), self.chance.randint(0, 2)))
        valid = [self.held(claim) for claim in ended]
        settlements = [self.ending(claim, keep) for claim in ended]
        call = partial(self.stage.exchange, *settlements, queues=QUEUES, want=want, holder="h", token=token)
        reply = call()
        assert [verdict is SettleVerdict.SETTLED for verdict in reply.verdicts] == valid
        if self.chance.random() < LOST:
            again = call(again=True)
            assert [claim.id for claim in again.claims] == [claim.id for claim in reply.claims]
            assert {told for told, held in zip(again.verdicts, valid, strict=True) if held} <= {SettleVerdict.REPEATED}
        self.ends.update((claim.id, self.now(keep)) for claim, held in zip(ended, valid, strict=True) if held)
        assert len({claim.id for claim in reply.claims}) == len(reply.claims) <= want
        self.claims += reply.claims
        self.tokens.update((claim.id, claim.token) for claim in reply.claims)

    def ending(self, claim: Claim, keep: timedelta) -> Settlement:
        """Return some end of an attempt."""
        outcome, delay = self.chance.choice(list(Outcome)), self.chance.choice(DELAYS)
        return ending(claim, outcome, failures=claim.failures + 1, delay=delay, keep=keep)

    def held(self, claim: Claim) -> bool:
        """Tell whether a claim is the one under which its job runs."""
        return self.states[claim.id] is State.RUNNING and self.tokens[claim.id] == claim.token

    def now(self, later: timedelta = timedelta(0)) -> float:
        """Return the present moment, or a later one, in milliseconds."""
        return self.stage.now_ms + later / MILLISECOND

    def beat(self) -> None:
        """Beat with the latest claims; the reply names exactly what is no longer held."""
        claims = self.claims[-self.chance.randint(1, 6) :]
        gone = [claim.id for claim in claims if not self.held(claim)]
        assert list(self.stage.beat(*claims, holder=self.chance.choice("ab"))) == gone

    def cancel(self) -> None:
        """Cancel a job, which works while it waits."""
        job_id, keep = self.any_id(), self.chance.choice(KEPT)
        move = self.stage.send(self.stage.submission.cancel(job_id, keep))
        state = self.states.get(job_id)
        assert (move and move.done) == (None if state is None else state in CANCELLABLE)

    def replay(self) -> None:
        """Replay a job, which works when it is dead, cancelled, expired or parked."""
        job_id = self.any_id()
        move = self.stage.send(self.stage.submission.replay(job_id))
        state = self.states.get(job_id)
        assert (move and move.done) == (None if state is None else state in REPLAYABLE)

    def wait(self) -> None:
        """Let time pass."""
        self.stage.wait(self.chance.choice(MOMENTS))

    def agree(self) -> None:
        """Each job is in the index that its state names, and in no other; none vanishes before its retention ends."""
        found = self.listed()
        assert self.stage.indexes() == {job_id: [state.value] for job_id, state in found.items()}
        for job_id, before in self.states.items():
            state = found.get(job_id)
            if state is None and before is not None:
                assert self.ends[job_id] <= self.stage.now_ms
                assert self.stage.state(job_id) is None
            if state is not None and state.final:
                self.ends[job_id] = self.stage.client.zscore(self.stage.key("final", state.value), job_id)
        self.seen.update(found.values())
        self.states = {job_id: found.get(job_id) for job_id in self.states}

    def listed(self) -> dict[str, State]:
        """Return the state of every job, as a list shows it."""
        page = self.stage.send(self.stage.inspection.page(state=None, queue="", name="", cursor=None, limit=1_000))
        assert page.cursor is None
        return {job.id: job.state for job in page.jobs}


@pytest.mark.parametrize("seed", range(3))
def test_indexes_agree_with_states(stage: Stage, seed: int) -> None:
    """Over long random lives: no job is lost, none is in two places, only its holder settles it, and replies repeat."""
    life = Life(stage, seed)
    for _ in range(STEPS):
        life.step()
    assert life.seen == set(State)
