"""The rules, each of which yields a line for whatever breaks it; the ledgers outside come before the store's word."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from typing import Final

from bench.chaos.story import Run, Story, by_key
from jobdefs.state import FINAL, State

Stories = Mapping[str, Story]
Rule = Callable[[Stories], Iterator[str]]


def nothing_lost(told: Stories) -> Iterator[str]:
    """Whatever was acknowledged or began is in a final state, and came to its end if it says so."""
    for story in told.values():
        if story.record is None:
            if story.answered or story.runs:
                yield f"lost: {story.id} was acknowledged or began, and the store does not know it"
        elif story.record.state not in FINAL:
            yield f"lost: {story.id} is {story.record.state}"
        elif story.record.state is State.SUCCEEDED and not story.ends:
            yield f"lost: {story.id} has succeeded, and no handler came to its end"


def one_end(told: Stories) -> Iterator[str]:
    """A job has exactly one final state in its history, and none was invented."""
    for story in told.values():
        finals = [event.name for event in story.record.events if event.name in FINAL] if story.record else []
        if story.record and len(finals) != 1:
            yield f"several ends: {story.id} has {finals}"
        if story.order is None and story.follows not in told:
            yield f"invented: nobody put in {story.id}"


def no_innocent_died(told: Stories) -> Iterator[str]:
    """None of these jobs does any harm, so none may be dead; only a unique one may be cancelled, by its successor."""
    for story in told.values():
        state = story.record.state if story.record else None
        if state is State.CANCELLED and not _replaceable(story):
            yield f"cancelled: {story.id}, though nobody asked for it"
        if state in (State.DEAD, State.EXPIRED):
            yield f"innocent {state}: {story.id}: {story.record.error if story.record else ''}"


def _replaceable(story: Story) -> bool:
    return bool(story.order and story.order.key and not story.ends)


def failures_counted(told: Stories) -> Iterator[str]:
    """A job has failed as often as its handler was told to, which is less often than it may."""
    for story in told.values():
        planned = story.work.failures
        if story.record and story.record.state is State.SUCCEEDED and story.record.failures != planned:
            yield f"failures: {story.id} has {story.record.failures}, and was told to fail {planned} times"


def unique_runs(told: Stories) -> Iterator[str]:
    """Two jobs with one key never run at one moment, but for a run that was lost."""
    for key, holders in by_key(told).items():
        for one, other in combinations(holders, 2):
            if any(a.overlaps(b) for a in _kept(one) for b in _kept(other)):
                yield f"unique: {one.id} and {other.id} ran at once, both with the key {key}"


def _kept(story: Story) -> list[Run]:
    # Of a job that was lost, an earlier run may have gone on for a while beside its repeat.
    return story.runs[-1:] if story.again else story.runs


def one_follow_up(told: Stories) -> Iterator[str]:
    """A job that leads has exactly one follow-up if it has succeeded, and none otherwise."""
    followers = Counter(story.follows for story in told.values() if story.follows)
    for story in told.values():
        wanted = int(story.work.leads and story.record is not None and story.record.state is State.SUCCEEDED)
        if followers[story.id] != wanted:
            yield f"follow-ups: {story.id} has {followers[story.id]}, and should have {wanted}"


RULES: Final[tuple[Rule, ...]] = (
    nothing_lost,
    one_end,
    no_innocent_died,
    failures_counted,
    unique_runs,
    one_follow_up,
)


def violations(told: Stories, *, bound: int) -> list[str]:
    """Return what breaks a rule; ``bound`` is how many runs may have been repeated in all: slots times kills."""
    found = [line for rule in RULES for line in rule(told)]
    again = sum(story.again for story in told.values())
    return found if again <= bound else [*found, f"repeats: {again} runs were repeated, and {bound} is the bound"]
