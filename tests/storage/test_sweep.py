"""The sweeper: it finds what stands wrong, mends it, and finds nothing else."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from jobdefs.state import State
from jobdefs.storage.contract import Outcome, Repair, Sweep
from jobdefs.storage.submission import SubmissionCalls
from jobdefs.storage.upkeep import UpkeepCalls
from jobdefs.unique import UniqueLock
from tests.support.stage import HOUR, LEASE, NAMESPACE, SECOND, Stage, new_job

PASS = timedelta(seconds=5)
KIND = "d1:TEST_JOB"


def step(stage: Stage, at_once: int = 200) -> Sweep:
    """Take a step of the sweep."""
    return stage.store.send(UpkeepCalls(NAMESPACE, LEASE, lambda: stage.now_ms, at_once=at_once).sweep())


def sweep(stage: Stage, at_once: int = 200) -> list[Repair]:
    """Take all steps of a pass, and return what they mended."""
    repairs: list[Repair] = []
    while True:
        stage.wait(PASS)
        done = step(stage, at_once)
        repairs += done.repairs
        if done.ended:
            return repairs


def wrongs(stage: Stage) -> list[str]:
    """Sweep twice; the second time there must be nothing left. Return what was wrong."""
    found = sweep(stage)
    assert sweep(stage) == []
    assert stage.send(stage.inspection.ledger()).repairs == len(found)
    return [repair.wrong for repair in found]


def in_every_state(stage: Stage) -> None:
    """Bring a job into each state, with a key, a kind and a cancel on the way."""
    stage.submit("scheduled", delay=HOUR)
    stage.submit("suspect")
    stage.lose(2)
    outcomes = [Outcome.SUCCEEDED, Outcome.DEAD, Outcome.CANCELLED, Outcome.EXPIRED]
    for outcome in outcomes:
        stage.submit(outcome.value)
        stage.settle(stage.claim_one(), outcome)
    stage.submit("parked")
    stage.settle(stage.claim_one(), Outcome.PARKED, kind=KIND)
    stage.submit("running", lock=UniqueLock(key="r"))
    stage.claim_one()
    stage.submit("ready")


def test_nothing_is_wrong_with_healthy_jobs(stage: Stage) -> None:
    """Jobs in every state are left as they are, however small the steps of the sweep."""
    in_every_state(stage)
    jobs = {key: value for key, value in stage.dump().items() if key != stage.key("meta").encode()}
    assert sweep(stage, at_once=1) == sweep(stage) == []
    assert {key: value for key, value in stage.dump().items() if key in jobs} == jobs


@pytest.mark.parametrize("state", [state for state in State if state is not State.SCHEDULED])
def test_a_job_in_no_index_is_put_into_that_of_its_state(stage: Stage, state: State) -> None:
    """A job that its index forgot stands there again, and everything is as it was."""
    in_every_state(stage)
    before = stage.indexes()
    index = {"running": "leases", "parked": "parked"}.get(state, f"{state}:default")
    stage.client.zrem(stage.key(f"final:{state}" if state.final else index), state.value)
    assert wrongs(stage) == [f"it was {state}, and in no index"]
    assert stage.indexes() == before
    assert stage.send(stage.inspection.ledger()).faults == ()


def test_a_scheduled_job_in_no_index_is_ready(stage: Stage) -> None:
    """When it was due is not known any more, so it is not kept waiting."""
    stage.submit("a")
    stage.settle(stage.claim_one(), Outcome.FAILED, failures=1, delay=HOUR)
    stage.client.delete(stage.key("scheduled", "default"))
    assert wrongs(stage) == ["it was scheduled, and in no index"]
    assert (stage.state("a"), stage.ledger()) == (State.READY, {"enqueued": 1, "ready": 1})
    assert stage.claim_one().failures == 1


def test_a_job_without_a_lease_gets_one(stage: Stage) -> None:
    """A running job without a lease is reclaimed one lease later; who runs it meanwhile keeps it by beating."""
    stage.submit("kept", "vanished")
    kept, _ = stage.claim(2)
    stage.client.delete(stage.key("leases"))
    assert len(sweep(stage)) == 2
    for _ in range(3):
        stage.wait(LEASE / 4)
        assert (stage.beat(kept).lost, stage.exchange().lost) == ((), ())
    stage.wait(LEASE / 4)
    assert [lost.id for lost in stage.exchange().lost] == ["vanished"]


def test_a_ready_job_comes_back_to_its_place(stage: Stage) -> None:
    """A job that was handed back, and that its queue forgot, stands before those that came after it."""
    stage.submit("a", "b")
    stage.settle(stage.claim_one(), Outcome.RELEASED)
    stage.client.zrem(stage.key("ready", "default"), "a")
    assert wrongs(stage) == ["it was ready, and in no index"]
    assert [claim.id for claim in stage.claim(2)] == ["a", "b"]


def test_a_state_that_is_none_is_written_anew(stage: Stage) -> None:
    """Bookkeeping without a word of a state that there is says where its job stands, after the sweep."""
    stage.submit("a")
    stage.client.hset(stage.key("run", "a"), "state", "rubbish")
    assert wrongs(stage) == ["it stood among the ready jobs, and its bookkeeping did not say so"]
    assert stage.client.hget(stage.key("run", "a"), "state") == b"ready"


def test_an_entry_in_a_foreign_index_is_removed(stage: Stage) -> None:
    """A job that stands where it does not belong is never claimed from there."""
    in_every_state(stage)
    stage.claim_one()
    before = stage.indexes()
    for place in ("ready:default", "scheduled:default", "ready:other"):
        stage.client.zadd(stage.key(place), {"dead": 1})
    stage.client.sadd(stage.key("queues"), "other")
    assert len(wrongs(stage)) == 3
    assert stage.indexes() == before
    assert "dead" not in {claim.id for claim in stage.claim(9, queues=["default", "other"])}


@pytest.mark.parametrize("state", [State.READY, State.SCHEDULED, State.SUSPECT])
def test_a_job_without_its_envelope_is_parked(stage: Stage, state: State) -> None:
    """What waits and is gone is seen among the parked jobs, with the reason."""
    in_every_state(stage)
    stage.client.delete(stage.key("job", state.value))
    (wrong,) = wrongs(stage)
    assert wrong == f"it was {state}, and its envelope is gone; it is parked"
    assert (stage.find(state.value).state, stage.find(state.value).reason) == (State.PARKED, "its envelope is gone")
    assert stage.indexes()[state.value] == ["parked"]
    assert stage.send(stage.inspection.ledger()).faults == ()


def test_a_job_of_which_bookkeeping_is_left_is_parked(stage: Stage) -> None:
    """What is in no index and has no envelope is seen again as well."""
    stage.submit("a")
    stage.settle(stage.claim_one(), Outcome.RELEASED)
    stage.client.delete(stage.key("job", "a"), stage.key("ready", "default"))
    assert wrongs(stage) == ["it was ready, and its envelope is gone; it is parked"]
    assert (stage.state("a"), stage.ledger()) == (State.PARKED, {"enqueued": 1, "parked": 1})


def test_an_unreadable_job_in_no_index_is_parked(stage: Stage) -> None:
    """A job that cannot tell its queue stays where it waits; where it waits nowhere, it is parked with its bytes."""
    stage.submit("waits", "lost", queue="mail")
    stage.client.mset({stage.key("job", "waits"): "rubbish", stage.key("job", "lost"): "rubbish"})
    stage.client.zrem(stage.key("ready", "mail"), "lost")
    (wrong,) = wrongs(stage)
    assert "the head of its envelope cannot be read" in wrong
    assert stage.indexes() == {"waits": ["ready"], "lost": ["parked"]}
    assert stage.find("lost").raw == b"rubbish"


def test_what_is_over_is_not_parked(stage: Stage) -> None:
    """A finished job without its envelope stays until its retention ends; an entry of which nothing is left goes."""
    in_every_state(stage)
    stage.client.delete(stage.key("job", "succeeded"), stage.key("job", "dead"), stage.key("run", "dead"))
    assert wrongs(stage) == ["nothing is left of it but its place among the dead jobs"]
    assert (stage.state("succeeded"), stage.state("dead")) == (State.SUCCEEDED, None)


def test_an_attempt_is_not_disturbed(stage: Stage) -> None:
    """A job that runs while its envelope gets lost is settled as usual."""
    stage.submit("a")
    claim = stage.claim_one()
    stage.client.delete(stage.key("job", "a"))
    assert wrongs(stage) == []
    assert stage.settle(claim) == "settled"
    assert (wrongs(stage), stage.state("a")) == ([], State.SUCCEEDED)


def test_bookkeeping_that_was_lost_is_restored(stage: Stage) -> None:
    """Where only the index knows a job's state, it counts; one that runs is reclaimed as ever."""
    in_every_state(stage)
    for state in State:
        stage.client.delete(stage.key("run", state.value))
    implied = {State.READY, State.SCHEDULED, State.RUNNING}
    assert {repair.id for repair in sweep(stage)} == {state.value for state in set(State) - implied}
    assert sweep(stage) == []
    for state in set(State) - {State.RUNNING}:
        assert stage.state(state.value) is state
    stage.wait(LEASE)
    assert [(lost.id, stage.state(lost.id)) for lost in stage.exchange().lost] == [("running", State.PARKED)]


def test_a_key_whose_job_is_gone_is_free(stage: Stage) -> None:
    """A unique key that was left behind is deleted; one that is held, or has its window, is not."""
    window = UniqueLock(key="w", until=HOUR)
    stage.submit_all([new_job("a", lock=UniqueLock(key="a")), new_job("b", lock=UniqueLock(key="b"))])
    stage.submit_all([new_job("c", lock=window)])
    stage.client.set(stage.key("unique", "TEST_JOB:d"), "finished gone")
    assert sweep(stage) == [Repair("gone", "its unique key TEST_JOB:d was left behind")]
    left = [key.decode().rsplit(":", 1)[1] for key in stage.client.scan_iter(stage.key("unique", "*"))]
    assert sorted(left) == ["a", "b", "w"]


def test_a_parked_job_stands_among_its_kind(stage: Stage) -> None:
    """A parked job can be claimed by who can run it, also after the index of its kind was lost."""
    stage.submit("a")
    stage.settle(stage.claim_one(), Outcome.PARKED, kind=KIND)
    stage.client.delete(stage.key("parked", f"default:{KIND}"), stage.key("parked_kinds"))
    assert wrongs(stage) == ["it was parked, and not among its kind"]
    stage.send(stage.execution.announce(holder="h", abilities={"TEST_JOB": "d2"}))
    assert stage.claim_one().id == "a"


def test_a_kind_without_jobs_is_forgotten(stage: Stage) -> None:
    """The list of kinds holds no kind of which there are no jobs, and no kind holds a job that is not parked."""
    stage.submit("a")
    stage.client.sadd(stage.key("parked_kinds"), "default:x:NOBODY", f"default:{KIND}")
    stage.client.zadd(stage.key("parked", f"default:{KIND}"), {"a": 1})
    assert len(wrongs(stage)) == 2
    assert not stage.client.exists(stage.key("parked_kinds"))


def test_a_queue_that_nobody_lists_is_listed(stage: Stage) -> None:
    """Jobs of a queue that got lost from the list of queues are counted again."""
    stage.submit("a", queue="mail")
    stage.client.delete(stage.key("queues"))
    assert wrongs(stage) == ["its queue mail was not listed"]
    assert [counts.name for counts in stage.send(stage.inspection.queues())] == ["mail"]


def test_a_job_that_somebody_moved_is_left_there(stage: Stage) -> None:
    """A job that waits in another queue than its own is not put into its own, too."""
    stage.submit("a")
    stage.submit("b", queue="mail")
    stage.client.zrem(stage.key("ready", "default"), "a")
    stage.client.zadd(stage.key("ready", "mail"), {"a": 1})
    assert wrongs(stage) == []
    assert sorted(claim.id for claim in stage.claim(9, queues=["default", "mail"])) == ["a", "b"]


def test_strange_keys_are_skipped(stage: Stage) -> None:
    """Keys of a wrong type are left alone, and keep nothing else from being mended."""
    stage.submit("a", "b", "c", "lost")
    stage.client.zrem(stage.key("ready", "default"), "lost")
    for key in ("run:a", "job:b", "unique:u", "final:dead", "ready:other", "parked_kinds"):
        stage.client.delete(stage.key(key))
        stage.client.rpush(stage.key(key), "rubbish")
    stage.client.sadd(stage.key("queues"), "other")
    assert wrongs(stage) == []
    stage.client.delete(stage.key("final:dead"))
    assert wrongs(stage) == ["it was ready, and in no index"]


@pytest.mark.parametrize("outcome", [Outcome.SUCCEEDED, Outcome.DEAD, Outcome.PARKED])
def test_overwritten_bookkeeping_is_told(stage: Stage, outcome: Outcome) -> None:
    """A job that rests, and whose bookkeeping somebody overwrote, is told; what was written is put aside."""
    stage.submit("a")
    stage.settle(stage.claim_one(), outcome)
    stage.client.set(stage.key("run", "a"), "rubbish")
    assert wrongs(stage) == [f"it stood among the {outcome.value} jobs, and its bookkeeping did not say so"]
    assert stage.client.get(stage.key("aside", "a")) == b"rubbish"


def test_only_own_keys_are_swept(stage: Stage) -> None:
    """Another installation on the same server is none of our business."""
    stage.send(SubmissionCalls("other").submit([new_job("a")]))
    stage.client.delete("{other}:ready:default")
    assert wrongs(stage) == []


def test_nobody_sweeps_too_early(stage: Stage) -> None:
    """All consumers together take two steps a second, go on where another ended, and rest after a pass."""
    stage.submit(*(f"j{number}" for number in range(500)))
    first = step(stage)
    assert (first.wait, first.ended) == (SECOND / 2, False)
    stage.wait(SECOND / 8)
    assert step(stage) == Sweep(wait=SECOND * 3 / 8, ended=False, repairs=())
    stage.wait(SECOND)
    for _ in range(100):
        if (done := step(stage)).ended:
            break
        stage.wait(done.wait)
    assert (done.ended, done.wait) == (True, PASS)
    assert step(stage).wait == PASS


def test_a_clock_that_steps_back_stops_no_sweeper(stage: Stage) -> None:
    """After the clock of the store went back by an hour, the sweep goes on."""
    step(stage)
    stage.wait(-HOUR)
    assert step(stage).wait <= PASS
    assert sweep(stage) == []


def test_a_strange_place_stops_no_sweeper(stage: Stage) -> None:
    """Where somebody wrote rubbish into the place that the sweep has reached, it begins again."""
    stage.submit("a")
    stage.client.delete(stage.key("ready", "default"))
    for place in ("keys", "ready:default", "zzz"):
        stage.client.hset(stage.key("meta"), mapping={"sweep_place": place, "sweep_cursor": "x", "sweep_at_ms": "soon"})
        assert step(stage).repairs == ()
    assert wrongs(stage) == ["it was ready, and in no index"]


def test_a_step_is_bounded(stage: Stage) -> None:
    """However many jobs there are, a step mends no more of them than it may look at."""
    for start in range(0, 5_000, 1_000):
        stage.submit(*(f"j{number}" for number in range(start, start + 1_000)))
    stage.client.delete(stage.key("ready", "default"))
    mended: list[Repair] = []
    while len(mended) < 5_000:
        stage.wait(PASS)
        found = step(stage).repairs
        assert len(found) <= 400
        mended += found
    assert len({repair.id for repair in mended}) == 5_000


DAMAGE: dict[str, tuple[Callable[[Stage], object], dict[str, State]]] = {
    "out of its index": (
        lambda stage: stage.client.zrem(stage.key("scheduled", "default"), "scheduled", "scheduled2"),
        {"scheduled": State.READY, "scheduled2": State.READY},
    ),
    "in a foreign index": (
        lambda stage: stage.client.zadd(stage.key("final", "dead"), {"scheduled": 1e15, "ready": 1e15}),
        {"scheduled": State.SCHEDULED, "ready": State.READY},
    ),
    "in another state": (
        lambda stage: [
            stage.client.hset(stage.key("run", was), "state", state)
            for was, state in (("dead", "ready"), ("parked", "dead"), ("suspect", "parked"), ("expired", "cancelled"))
        ],
        {"dead": State.READY, "parked": State.DEAD, "suspect": State.PARKED, "expired": State.CANCELLED},
    ),
    "without a lease": (lambda stage: stage.client.delete(stage.key("leases")), {"running": State.RUNNING}),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_the_ledger_agrees_again(stage: Stage, damage: str) -> None:
    """What somebody changed by hand is off in the ledger until the sweep has come by, and agrees from then on."""
    in_every_state(stage)
    stage.submit("scheduled2", delay=HOUR)
    do, states = DAMAGE[damage]
    do(stage)
    assert len(wrongs(stage)) >= len(states)
    assert {job_id: stage.state(job_id) for job_id in states} == states
    assert stage.send(stage.inspection.ledger()).faults == ()
    assert stage.ledger() == {"enqueued": 10, **Counter(state for [state] in stage.indexes().values())}


def test_the_ledger_agrees_name_by_name(stage: Stage) -> None:
    """Where jobs of two names left two states for a third one, each is counted as what it was, in whatever order."""
    were = {
        f"{name}{number}": (name, index) for name, index in (("A", "ready"), ("B", "scheduled")) for number in range(5)
    }
    for job_id, (name, index) in were.items():
        stage.submit(job_id, name=name, delay=HOUR if index == "scheduled" else timedelta(0))
        stage.client.zrem(stage.key(index, "default"), job_id)
        stage.client.hset(stage.key("run", job_id), "state", "parked")
    assert wrongs(stage) == ["it was parked, and in no index"] * len(were)
    assert stage.ledger("A") == stage.ledger("B") == {"enqueued": 5, "parked": 5}
