"""The promises, each a rule that yields a line for whatever breaks it."""

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Final

from faults.crashes.jobs import RETRY
from faults.crashes.orders import KEYED, LAST
from faults.crashes.story import Story
from jobdefs.clock import to_ms
from jobdefs.state import FINAL, State

Stories = Mapping[str, Story]
Rule = Callable[[Stories], Iterator[str]]


def nothing_lost(told: Stories) -> Iterator[str]:
    """Whatever was acknowledged or began has ended as it had to; if it has succeeded, its handler came to its end."""
    for story in told.values():
        state = story.record.state if story.record else None
        if story.counts and state is not story.order.end:
            yield f"{story.id} is {state}, and has to be {story.order.end}"
        if state is State.SUCCEEDED and not story.told("end"):
            yield f"{story.id} has succeeded, and no handler came to its end"


def nothing_invented(told: Stories) -> Iterator[str]:
    """Nothing is there that nobody put in, or that was refused."""
    for story in told.values():
        if story.record and not (story.told("try") or story.follows):
            yield f"nobody put in {story.id}"
        if story.told("refused") and not story.told("ack") and (story.record or story.told("start")):
            yield f"{story.id} was refused, and is there"


def one_follow_up(told: Stories) -> Iterator[str]:
    """A job that leads has one follow-up, however often its handler has run."""
    for story in told.values():
        followers = [other.id for other in told.values() if other.follows == story.id and other.record]
        wanted = int(story.order.leads and story.record is not None)
        if len(followers) != wanted:
            yield f"{story.id} has {len(followers)} follow-ups, and has to have {wanted}"


def one_end(told: Stories) -> Iterator[str]:
    """Each life of a job, from its enqueue or a replay on, has one final state, and nothing after it."""
    for story in told.values():
        for place, life in enumerate(story.lives, 1):
            finals = [name for name in life if name in FINAL]
            # What is parked can be replayed, too.
            replayed = place < len(story.lives) and not finals and life[-1] == "parked"
            if story.record and not replayed and (len(finals) != 1 or life[-1:] != finals):
                yield f"{story.id} has gone through {', '.join(life)}"


def attempts_counted(told: Stories) -> Iterator[str]:
    """A job has failed as often as it was told to, and began no more often than failures and losses explain."""
    for story in told.values():
        if (record := story.record) is None:
            continue
        if record.failures != story.order.failures:
            yield f"{story.id} has {record.failures} failures, and has to have {story.order.failures}"
        starts = sum(entry.generation == record.generation for entry in story.told("start"))
        if starts > record.failures + record.lost + 1:
            yield f"{story.id} began {starts} times, with {record.failures} failures and {record.lost} losses"


def one_run_per_lease(told: Stories) -> Iterator[str]:
    """No two runs of a job share a lease."""
    for story in told.values():
        fences = [entry.fence for entry in story.told("start")]
        if len(set(fences)) < len(fences):
            yield f"{story.id} began twice under one lease: its fences are {fences}"


def result_of_last_lease(told: Stories) -> Iterator[str]:
    """What is kept is the result of the last lease, and its attempt the one that ended the job."""
    for story in told.values():
        if (record := story.record) is None or record.state is not State.SUCCEEDED:
            continue
        accepted, last = story.accepted, max((entry.fence for entry in story.told("start")), default=0)
        if accepted is None or accepted.fence != last or accepted.attempt != record.events[-1].attempt:
            yield f"{story.id} has the result {record.result!r}, and its last lease has the fence {last}"


def unique(told: Stories) -> Iterator[str]:
    """Two jobs with one key never live at one time, and the key is free once its holder has ended."""
    holders = [told[order.id] for order in KEYED if order.id in told and told[order.id].told("ack")]
    for earlier, later in pairwise(holders):
        if earlier.accepted is None or earlier.accepted.line > later.told("ack")[0].line:
            yield f"{later.id} was put in while {earlier.id} held the key"
    if LAST not in [story.order for story in holders]:
        yield "the key was not free when all had ended"


def never_early(told: Stories) -> Iterator[str]:
    """No job begins before its time: that of its enqueue, or that of its retry."""
    for story in told.values():
        put_in, starts, failed = story.told("try"), story.told("start"), story.told("fail")
        due = [put_in[0].now_ms + to_ms(story.order.delay)] if put_in else []
        for start in starts:
            again = [entry.now_ms + to_ms(RETRY.delay(entry.attempt)) for entry in failed if entry.line < start.line]
            early_ms = max((*due, *again), default=0) - start.now_ms
            if early_ms > 0 and start.generation == 0:
                yield f"{story.id} began {early_ms} ms early"


def honest(told: Stories) -> Iterator[str]:
    """Whoever puts in the same again gets the same job, and what was answered to a cancel or a replay holds."""
    for story in told.values():
        answers = {entry.detail for word in ("ack", "held", "again") for entry in story.told(word)}
        if len(answers) > 1:
            yield f"{story.id} was answered by {', '.join(sorted(answers))}"
        generation, answered = story.record.generation if story.record else 0, len(story.told("replayed"))
        if not answered <= generation <= len(story.told("replay")):
            yield f"{story.id} is in generation {generation}, with {answered} replays that were answered"
        if story.told("cancelled") and story.told("end"):
            yield f"{story.id} was cancelled, and came to its end"


RULES: Final[tuple[tuple[str, Rule], ...]] = (
    ("I1", nothing_lost),
    ("I2", nothing_invented),
    ("I2", one_end),
    ("I3", attempts_counted),
    ("I5", one_run_per_lease),
    ("I6", result_of_last_lease),
    ("I7", unique),
    ("I11", never_early),
    ("I13", honest),
    ("I17", one_follow_up),
)


def broken(told: Stories) -> Iterator[str]:
    """Yield a line for whatever breaks a rule, which begins with the name of the invariant in docs/faults.md."""
    for name, rule in RULES:
        yield from (f"{name}: {line}" for line in rule(told))
