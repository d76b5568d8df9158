"""Agreement: whatever is called in whatever order, each job stands in the one index that its state names."""

from datetime import timedelta
from functools import partial
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from jobdefs.state import CANCELLABLE, REPLAYABLE, State
from jobdefs.storage.contract import Claim, Outcome, SettleVerdict
from tests.support.stage import LEASE, MILLISECOND, SECOND, Stage, ending

IDS = st.sampled_from([f"j{number}" for number in range(6)])
QUEUES = ("mail", "default")
HOLDERS = st.sampled_from(["h0", "h1"])
MOMENTS = st.sampled_from([MILLISECOND, SECOND, LEASE / 4, LEASE, timedelta(hours=1), timedelta(hours=25)])
KEPT = st.sampled_from([timedelta(0), timedelta(minutes=1), timedelta(days=2)])
ENDS = st.lists(st.tuples(st.integers(0, 99), st.sampled_from(Outcome)), max_size=3)
SHORT = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=60,
    stateful_step_count=60,
    phases=[Phase.generate],  # shrinking a failure takes minutes; add Phase.shrink to see the shortest way to it
    suppress_health_check=list(HealthCheck),
)


class Life(RuleBasedStateMachine):
    """Two consumers, some of whose replies get lost, and people who submit, cancel and replay six jobs."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        stage.client.flushall()
        self.stage = stage
        self.states: dict[str, State | None] = {}
        self.ends: dict[str, float] = {}
        self.tokens: dict[str, str] = {}
        self.claims: list[Claim] = []
        self.calls = 0

    @rule(
        ids=st.lists(IDS, min_size=1, max_size=3),
        queue=st.sampled_from(QUEUES),
        priority=st.integers(0, 9),
        delay=MOMENTS,
    )
    def submit(self, ids: list[str], queue: str, priority: int, delay: timedelta) -> None:
        """Submit a batch; only ids that nobody has, or had until a day ago, make jobs."""
        delay = timedelta(0) if delay < SECOND else delay
        for receipt, job_id in zip(
            self.stage.submit(*ids, queue=queue, priority=priority, delay=delay), ids, strict=True
        ):
            assert receipt.created == (job_id not in self.states)
            self.states.setdefault(job_id, receipt.state)

    @rule(holder=HOLDERS, want=st.integers(0, 3), ends=ENDS, keep=KEPT, lost=st.booleans())
    def exchange(self, *, holder: str, want: int, ends: list[tuple[int, Outcome]], keep: timedelta, lost: bool) -> None:
        """Settle some claims, held still or not, and claim; where the reply gets lost, ask again."""
        ended = {self.claims[place % len(self.claims)]: outcome for place, outcome in ends} if self.claims else {}
        valid = [self.states[claim.id] is State.RUNNING and self.tokens[claim.id] == claim.token for claim in ended]
        settlements = [
            ending(claim, outcome, failures=claim.failures + (outcome is Outcome.FAILED), keep=keep, delay=keep)
            for claim, outcome in ended.items()
        ]
        self.calls += 1
        token = f"t{self.calls}"
        call = partial(self.stage.exchange, *settlements, queues=QUEUES, want=want, holder=holder, token=token)
        reply = call()
        assert [verdict is SettleVerdict.SETTLED for verdict in reply.verdicts] == valid
        self.ends.update(
            (claim.id, self.stage.now_ms + keep / MILLISECOND) for claim, held in zip(ended, valid, strict=True) if held
        )
        if lost:
            again = call(again=True)
            assert [claim.id for claim in again.claims] == [claim.id for claim in reply.claims]
            stale = [verdict is SettleVerdict.STALE for verdict in reply.verdicts]
            assert [verdict is SettleVerdict.STALE for verdict in again.verdicts] == stale
            assert SettleVerdict.SETTLED not in again.verdicts
        self.claims += reply.claims
        self.tokens.update((claim.id, claim.token) for claim in reply.claims)
        assert len({claim.id for claim in reply.claims}) == len(reply.claims) <= want

    @rule(holder=HOLDERS, beats=st.booleans())
    def beat(self, *, holder: str, beats: bool) -> None:
        """Beat, with all that was ever claimed or with nothing; the reply names exactly what is no longer held."""
        claims = self.claims if beats else []
        gone = [
            claim.id
            for claim in claims
            if self.states[claim.id] is not State.RUNNING or self.tokens[claim.id] != claim.token
        ]
        assert list(self.stage.beat(*claims, holder=holder)) == gone

    @rule(job_id=IDS, keep=KEPT)
    def cancel(self, job_id: str, keep: timedelta) -> None:
        """Cancel a job, which works while it waits."""
        move = self.stage.send(self.stage.submission.cancel(job_id, keep))
        state = self.states.get(job_id)
        assert (move and move.done) == (None if state is None else state in CANCELLABLE)

    @rule(job_id=IDS)
    def replay(self, job_id: str) -> None:
        """Replay a job, which works when it is dead, cancelled, expired or parked."""
        move = self.stage.send(self.stage.submission.replay(job_id))
        state = self.states.get(job_id)
        assert (move and move.done) == (None if state is None else state in REPLAYABLE)

    @rule(duration=MOMENTS)
    def wait(self, duration: timedelta) -> None:
        """Let time pass."""
        self.stage.wait(duration)

    @invariant()
    def agree(self) -> None:
        """Each job is in the index that its state names, and in no other; none vanishes before its retention ends."""
        found = {job_id: self.stage.state(job_id) for job_id in self.states}
        assert self.stage.indexes() == {job_id: [state.value] for job_id, state in found.items() if state is not None}
        for job_id, state in found.items():
            if state is None and self.states[job_id] is not None:
                assert self.ends[job_id] <= self.stage.now_ms
            elif state is not None and state.final:
                self.ends[job_id] = self.stage.client.zscore(self.stage.key("final", state.value), job_id)
        self.states = found


def test_indexes_agree_with_states(stage: Stage) -> None:
    """Over long random lives: no job is lost, none is in two places, only its holder settles it, and replies repeat."""
    machine: Any = partial(Life, stage)
    run_state_machine_as_test(machine, settings=SHORT)
