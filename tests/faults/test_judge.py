"""The judge finds what is wrong: each invariant is shown a case in which it does not hold, and one in which it does."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

import attrs
import pytest

from faults.jobs import Work
from faults.judge import INVARIANTS, Case, losses, violations
from faults.ledger import Line
from faults.orders import Kind, Order
from faults.story import Run, Story, cut_off_s
from jobdefs.record import Event, JobError, JobRecord, Ledger, LedgerEntry
from jobdefs.state import State
from service.options import EnqueueOptions

SECOND_NS = 1_000_000_000
Change = Callable[[Story], None]


def a_run(fence: int = 1, word: str = "end", began_s: float = 1, job: str = "j1") -> Run:
    began_ns = int(began_s * SECOND_NS)
    return Run(job, f"0:{fence}", 100 + fence, began_ns, began_ns + SECOND_NS // 2 if word else None, word)


def a_record(state: State = State.SUCCEEDED, **fields: Any) -> JobRecord:
    plain = JobRecord(id="j1", state=state, envelope=None, raw=b"", queue="default", priority=0)
    events = (Event(name="running", at_ms=1), Event(name=state.value, at_ms=2))
    return attrs.evolve(plain, **{"result": b"1", "events": events} | fields)


def a_story(number: str = "1", work: Work | None = None, **options: Any) -> Story:
    """Return an order that was put in, ran once, and succeeded."""
    key = str(options.pop("key", ""))
    order = Order(number, Kind.NO_OP, work or Work(), cast("EnqueueOptions", options), key)
    record = a_record()
    return Story(number, order, tried_ns=0, acked_ns=1, acked={"j1"}, runs=[a_run()], record=record)


def a_case(*stories: Story, **fields: Any) -> Case:
    """Return a case whose installation agrees with its stories."""
    told = {story.number: story for story in stories}
    counts: dict[str, int] = {}
    for story in stories:
        if story.record:
            counts[story.record.state.value] = counts.get(story.record.state.value, 0) + 1
    entry = LedgerEntry(name="W", enqueued=sum(counts.values()), **counts)
    standing = {State(state): count for state, count in counts.items()}
    return Case(told=told, **{"installation": Ledger((entry,), standing, 0, 0)} | fields)


def broken(case: Case) -> set[str]:
    """Return the ids of the invariants that do not hold."""
    return {line.partition(":")[0] for line in violations(case)}


def test_what_is_well_breaks_nothing() -> None:
    """An order that ran once, a failed one that ran twice, and one that was repeated within the bound are all well."""
    failed = a_story("2")
    failed.runs = [a_run(word="fail"), a_run(2, began_s=3)]
    failed.record = a_record(failures=1, result=b"2")
    repeated = a_story("3")
    repeated.runs = [a_run(word=""), a_run(2, began_s=3)]
    repeated.record = a_record(lost=1, result=b"2")
    case = a_case(a_story(), failed, repeated, bound=1)
    assert (violations(case), losses(case), case.again) == ([], [], 1)


def test_how_long_a_job_that_was_cut_off_waited() -> None:
    """From the kill that cut its run off until the next run, also where an earlier process had the same number."""
    story = a_story()
    story.runs = [a_run(word="", began_s=5), a_run(2, began_s=9)]
    kills = [Line("fault", "-", "kill", "101", 1, at_s * SECOND_NS, 0) for at_s in (1, 6, 20)]
    assert cut_off_s({"1": story}, kills) == [3.0]


def test_a_unique_job_may_be_replaced_until_its_end_was_told() -> None:
    """One whose holder died before it told the end waits again, and may be replaced; one that has ended may not."""
    untold, ended = a_story("1", key="k"), a_story("2", key="l")
    untold.record = a_record(State.CANCELLED, lost=1)
    ended.record = a_record(State.CANCELLED)
    assert broken(a_case(untold)) == set()
    assert broken(a_case(ended)) == {"I16"}


def test_what_ran_before_it_was_acknowledged_may_be_forgotten_by_a_server_that_forgets() -> None:
    """Where a server loses its last moments, what nobody was promised may be gone; what was acknowledged may not."""
    unheard, heard = a_story("1"), a_story("2")
    unheard.record = heard.record = None
    unheard.acked = set()
    assert len(losses(a_case(unheard, heard))) == 2
    assert losses(a_case(unheard, heard, forgetful=True)) == [
        "order 2 was acknowledged or began, and the store does not know it"
    ]


def vanish(story: Story) -> None:
    story.record = None


def never_run(story: Story) -> None:
    story.runs = []


def still_run(story: Story) -> None:
    story.record = a_record(State.RUNNING, events=())


@pytest.mark.parametrize("change", [vanish, never_run, still_run])
def test_a_lost_job(change: Change) -> None:
    """An acknowledged job that the store does not know, that succeeded without a run, or that is not at its end."""
    story = a_story()
    change(story)
    assert "I1" in broken(a_case(story))
    assert len(losses(a_case(story))) == 1


def test_a_loss_that_is_allowed() -> None:
    """As many losses as a set-up may have are counted, and are no violation; one more is."""
    stories = [a_story(str(number)) for number in range(3)]
    for story in stories[:2]:
        story.record = None
    assert broken(a_case(*stories, may_lose=2)) == set()
    assert len(losses(a_case(*stories, may_lose=2))) == 2
    assert broken(a_case(*stories, may_lose=1)) == {"I1"}


def test_a_rivals_loss() -> None:
    """Of a system without records, an acknowledged job that never came to its end is lost."""
    story = a_story()
    story.record, story.runs = None, [a_run(word="")]
    assert len(losses(a_case(story, installation=None))) == 1
    story.runs.append(a_run(2))
    assert losses(a_case(story, installation=None)) == []


def two_ends(story: Story) -> None:
    ends = [Event(name=state.value, at_ms=1) for state in (State.DEAD, State.SUCCEEDED)]
    story.record = a_record(events=tuple(ends))


def invented(story: Story) -> None:
    story.number, story.order = "9+", None


def failure_too_many(story: Story) -> None:
    story.record = a_record(failures=1)


def run_for_no_reason(story: Story) -> None:
    story.runs.append(a_run(2, began_s=3))
    story.record = a_record(result=b"2")


def same_fence(story: Story) -> None:
    story.runs.insert(0, a_run(word=""))
    story.record = a_record(lost=1)


def stale_result(story: Story) -> None:
    story.runs.append(a_run(2, began_s=3))
    story.record = a_record(lost=1, result=b"1")


def second_job(story: Story) -> None:
    story.runs.append(a_run(2, job="j2", began_s=3))
    story.record = a_record(lost=1, result=b"2")


def died(story: Story) -> None:
    story.record = a_record(State.DEAD, error=JobError("E", "another one's doing"))


def called_off(story: Story) -> None:
    story.record = a_record(State.CANCELLED)


@pytest.mark.parametrize(
    ("change", "invariant"),
    [
        (two_ends, "I2"),
        (invented, "I2"),
        (failure_too_many, "I3"),
        (run_for_no_reason, "I3"),
        (run_for_no_reason, "I4"),
        (same_fence, "I5"),
        (stale_result, "I6"),
        (second_job, "I13"),
        (died, "I16"),
        (called_off, "I16"),
    ],
)
def test_one_bad_story(change: Change, invariant: str) -> None:
    """A job that ends twice, that nobody put in, that counts or runs too often, as two jobs, or that dies of others."""
    story = a_story()
    change(story)
    assert invariant in broken(a_case(story))


def test_too_many_repeats() -> None:
    """One repeated run more than the bound allows."""
    story = a_story()
    story.runs = [a_run(word=""), a_run(2, word="", began_s=3), a_run(3, began_s=5)]
    story.record = a_record(lost=2, result=b"3")
    assert broken(a_case(story, bound=2)) == set()
    assert broken(a_case(story, bound=1)) == {"I4"}


def test_two_jobs_of_one_key_at_once() -> None:
    """Two jobs with one unique key whose runs overlap."""
    one, other = a_story("1", key="k"), a_story("2", key="k")
    assert broken(a_case(one, other)) == {"I7"}
    other.runs = [a_run(began_s=3)]
    assert broken(a_case(one, other)) == set()


def test_an_early_start() -> None:
    """A job that begins 10 ms before its delay is over; the millisecond of the store's clock is allowed."""
    assert broken(a_case(a_story(delay=timedelta(seconds=1.01)))) == {"I11"}
    assert broken(a_case(a_story(delay=timedelta(seconds=1.0005)))) == set()


@pytest.mark.parametrize(
    "installation",
    [
        Ledger((LedgerEntry(name="W", enqueued=1, succeeded=1),), {State.SUCCEEDED: 2}, 0, 0),
        Ledger((LedgerEntry(name="W", enqueued=2, succeeded=2),), {State.SUCCEEDED: 2}, 0, 0),
        Ledger((LedgerEntry(name="W", enqueued=1, succeeded=1),), {State.SUCCEEDED: 1}, 1, 0),
    ],
)
def test_a_store_that_disagrees(installation: Ledger) -> None:
    """An index of another size than the count, a count that is not ours, and a repair."""
    assert broken(a_case(a_story(), installation=installation)) == {"I12"}


def test_no_end_in_time() -> None:
    """Something was still waiting when patience was over."""
    assert broken(a_case(a_story(), unfinished="1 ready")) == {"I14"}


def test_follow_ups() -> None:
    """A follow-up that is missing, and one of a leader that did not succeed."""
    leader = a_story("1", Work(leads=True))
    follow_up = a_story("1+")
    follow_up.order = None
    assert broken(a_case(leader, follow_up)) == set()
    assert broken(a_case(leader)) == {"I17"}
    leader.record = a_record(State.CANCELLED)
    assert "I17" in broken(a_case(leader, follow_up))


def test_every_invariant_is_here() -> None:
    """No invariant is left without a case in this file that breaks it."""
    shown = {"I1", "I2", "I3", "I4", "I5", "I6", "I7", "I11", "I12", "I13", "I14", "I16", "I17"}
    assert {invariant.id for invariant in INVARIANTS} == shown
