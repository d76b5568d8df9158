"""The judge: one function for each invariant, which yields a line for whatever breaks it.

It knows the stories that ledgers outside the system tell, and what the store says of each job when all is over. Stock
Huey keeps no such record, so that of its jobs only the ledgers speak.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from typing import Final

import attrs

from faults.story import Run, Story, by_key
from jobdefs.record import JobRecord, Ledger
from jobdefs.state import FINAL, State

_RESOLUTION_NS: Final = 1_000_000
_RETURNED: Final = "released"


@attrs.frozen(kw_only=True)
class Case:
    """What is judged. ``installation`` is the store's own ledger, None where the store keeps no record of jobs.

    ``bound`` is how many runs may have been repeated in all, ``may_lose`` how many acknowledged jobs the set-up may
    lose, ``unfinished`` what was not at its end when patience was, in words. ``forgetful`` tells that the server may
    come back without its last moments: then a job that nobody had acknowledged may be gone, even if it had run.
    """

    told: Mapping[str, Story]
    installation: Ledger | None = None
    bound: int = 0
    may_lose: int = 0
    unfinished: str = ""
    forgetful: bool = False

    @property
    def known(self) -> Iterator[tuple[Story, JobRecord]]:
        """Each story of whose job the store knows, with what it knows."""
        for story in self.told.values():
            if story.record:
                yield story, story.record

    @property
    def again(self) -> int:
        """How many runs were repeated in all."""
        return sum(story.again for story in self.told.values())


Rule = Callable[[Case], Iterator[str]]


@attrs.frozen
class Invariant:
    """What must hold whatever happens; ``id`` is how rows and tables name it."""

    id: str
    title: str
    rule: Rule


def losses(case: Case) -> list[str]:
    """Return a line for each order that was acknowledged, or began, and is nowhere."""
    return [f"order {story.number} {how}" for story in case.told.values() if (how := _how_lost(story, case))]


def _how_lost(story: Story, case: Case) -> str:
    record = story.record
    if not story.jobs or (record and record.state is State.PARKED):
        return ""
    if case.installation is None:
        return "" if story.ends else "was acknowledged, and never came to its end"
    if record is None and case.forgetful and not story.acked:
        return ""
    if record is None:
        return "was acknowledged or began, and the store does not know it"
    if record.state not in FINAL:
        return f"is {record.state}"
    return "has succeeded, and no handler came to its end" if _is_hollow(story, record) else ""


def _is_hollow(story: Story, record: JobRecord) -> bool:
    return record.state is State.SUCCEEDED and not story.ends


def nothing_lost(case: Case) -> Iterator[str]:
    """Whatever was acknowledged or began is in a final state, or parked, and came to its end if it says so."""
    lost = losses(case)
    if len(lost) > case.may_lose:
        yield from lost


def one_end(case: Case) -> Iterator[str]:
    """A job has exactly one final state in its history, and nobody made up a job."""
    for story, record in case.known:
        finals = [event.name for event in record.events if event.name in FINAL]
        if record.state in FINAL and len(finals) != 1:
            yield f"order {story.number} has the ends {finals}"
        if story.leader and story.leader not in case.told:
            yield f"order {story.number}: nobody put it in"


def attempts_counted(case: Case) -> Iterator[str]:
    """A failure is counted only where a handler failed, and a job begins only for a reason that its history tells."""
    for story, record in case.known:
        fails = sum(run.word == "fail" for run in story.runs)
        if story.harmless and record.failures > fails:
            yield f"order {story.number} has {record.failures} failures, and its handler failed {fails} times"
        returned = sum(event.name == _RETURNED for event in record.events)
        reasons = 1 + record.failures + record.lost + returned
        if len(story.runs) > reasons:
            yield f"order {story.number} began {len(story.runs)} times, with reasons for {reasons}"


def repeats_bounded(case: Case) -> Iterator[str]:
    """No more runs are repeated than ran where a process died, froze or was cut off."""
    if case.again > case.bound:
        yield f"{case.again} runs were repeated, and {case.bound} is the bound"


def fences_differ(case: Case) -> Iterator[str]:
    """No two runs of a job have the same fence."""
    for story in case.told.values():
        claims = Counter((run.job, run.claim) for run in story.runs)
        yield from (f"order {story.number} began {n} times as {claim}" for (_, claim), n in claims.items() if n > 1)


def last_run_counts(case: Case) -> Iterator[str]:
    """The result that is kept is that of the run which was the last to begin, and which came to its end."""
    for story, record in case.known:
        if record.state is State.SUCCEEDED and story.runs:
            last = max(story.runs, key=lambda run: run.fence)
            if last.word != "end" or record.result != str(last.fence).encode():
                yield f"order {story.number} keeps the result of run {record.result!r}, and {last.fence} was the last"


def unique_runs(case: Case) -> Iterator[str]:
    """Two jobs with one unique key never run at one moment, but for a run that was lost."""
    for key, holders in by_key(case.told).items():
        for one, other in combinations(holders, 2):
            if any(a.overlaps(b) for a in _kept(one) for b in _kept(other)):
                yield f"orders {one.number} and {other.number} ran at once, both with the key {key}"


def _kept(story: Story) -> list[Run]:
    # Of a job that was lost, an earlier run may have gone on for a while beside its repeat.
    return story.runs[-1:] if story.again else story.runs


def none_early(case: Case, by_ns: int = _RESOLUTION_NS) -> Iterator[str]:
    """No job begins before it is due; the store's clock counts milliseconds, or may step ``by_ns``."""
    for story in case.told.values():
        if story.order and story.tried_ns is not None and story.runs:
            early_ns = story.order.due_after_ns(story.tried_ns) - story.runs[0].began_ns
            if early_ns > by_ns:
                yield f"order {story.number} began {early_ns / 1e6:.1f} ms early"


def indexes_agree(case: Case) -> Iterator[str]:
    """The store's own ledger agrees with its indexes and with ours, and the sweeper had nothing to repair."""
    if case.installation is None:
        return
    yield from case.installation.faults
    if case.installation.repairs:
        yield f"the sweeper has repaired {case.installation.repairs} times"
    ours = Counter(record.state for _, record in case.known)
    for state in State:
        told = sum(getattr(entry, state.value) for entry in case.installation.entries)
        if told != ours[state]:
            yield f"the store counts {told} {state}, and we know of {ours[state]}"


def one_job_each(case: Case) -> Iterator[str]:
    """However often an order is repeated under its id or idempotency key, it is one job."""
    for story in case.told.values():
        if len(story.jobs) > 1:
            yield f"order {story.number} became the jobs {sorted(story.jobs)}"


def all_quiet(case: Case) -> Iterator[str]:
    """With a healthy consumer and store, everything comes to its end in time."""
    if case.unfinished:
        yield f"not at the end: {case.unfinished}"


def innocents_live(case: Case) -> Iterator[str]:
    """A job that does no harm does not die of another's; only a unique one may be cancelled, by its successor."""
    yield from none_dead(case)
    for story, record in case.known:
        if record.state is State.CANCELLED and not _replaceable(story, record):
            yield f"cancelled: order {story.number}, though nobody asked for it"


def none_dead(case: Case) -> Iterator[str]:
    """A job that does no harm does not die of another's."""
    for story, record in case.known:
        if story.harmless and record.state in (State.DEAD, State.EXPIRED):
            yield f"innocent {record.state}: order {story.number}: {record.error}"


def _replaceable(story: Story, record: JobRecord) -> bool:
    # An end that its process did not live to tell counts for nothing: the job waits again when its lease is lost.
    return bool(story.order and story.order.key and story.ends <= record.lost)


def one_follow_up(case: Case) -> Iterator[str]:
    """A job that leads has exactly one follow-up if it has succeeded, and none otherwise."""
    for story, record in case.known:
        follow_up = case.told.get(f"{story.number}+")
        count, wanted = len(follow_up.jobs) if follow_up else 0, _wanted(story, record)
        if count != wanted:
            yield f"order {story.number} has {count} follow-ups, and should have {wanted}"


def _wanted(story: Story, record: JobRecord) -> int:
    return int(story.work.leads and record.state is State.SUCCEEDED)


INVARIANTS: Final = (
    Invariant("I1", "nothing that was acknowledged is lost", nothing_lost),
    Invariant("I2", "a job ends once", one_end),
    Invariant("I3", "attempts are counted right", attempts_counted),
    Invariant("I4", "repeated runs stay below their bound", repeats_bounded),
    Invariant("I5", "no fence comes twice", fences_differ),
    Invariant("I6", "what an attempt without a lease returns counts for nothing", last_run_counts),
    Invariant("I7", "a unique key has one job that runs", unique_runs),
    Invariant("I11", "nothing begins before it is due", none_early),
    Invariant("I12", "the store's indexes and counts agree with each other and with ours", indexes_agree),
    Invariant("I13", "an enqueue that is repeated is one job", one_job_each),
    Invariant("I14", "everything comes to its end in time", all_quiet),
    Invariant("I16", "no innocent dies", innocents_live),
    Invariant("I17", "a follow-up exists exactly if its leader counts", one_follow_up),
)


def violations(case: Case, invariants: tuple[Invariant, ...] = INVARIANTS) -> list[str]:
    """Return what breaks one of these invariants, a line each, which begins with its id."""
    return [f"{invariant.id}: {line}" for invariant in invariants for line in invariant.rule(case)]


def all_but(*ids: str) -> tuple[Invariant, ...]:
    """Return the invariants without these."""
    return tuple(invariant for invariant in INVARIANTS if invariant.id not in ids)
