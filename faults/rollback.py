"""A server that comes back without its last seconds: what may then be lost, and what may run again."""

from collections.abc import Iterator
from typing import Final

from faults.judge import Case, Invariant, all_but, none_dead
from faults.row import Bound
from faults.stage import Stage
from jobdefs.durability import MEMORY

# A job that is put back may get an earlier fence again, begin for a reason that is forgotten, and lead a second time. A
# unique one that has run may wait again, and be replaced.
STILL: Final[tuple[Invariant, ...]] = (
    *all_but("I3", "I5", "I13", "I16", "I17"),
    Invariant("I16", "no innocent dies", none_dead),
)
_STARTED: Final = "start"
_ACKNOWLEDGED: Final = "ack"
_LATE_S: Final = 0.5


def acknowledged(fault: str, seconds: float) -> Bound:
    """Return the bound of lost jobs where at each of these faults the server forgets its last seconds.

    A follow-up counts from its first run, since nobody acknowledges it; and what the server had answered when it was
    harmed may be written down a moment later.
    """
    return lambda stage: _within(_firsts(stage), stage, fault, seconds, _LATE_S)


def started(fault: str, seconds: float) -> Bound:
    """Return the bound of repeated runs where at each of these faults the server forgets its last seconds."""
    return lambda stage: _within(_starts(stage), stage, fault, seconds)


def told_honestly(stage: Stage, case: Case) -> Iterator[str]:
    """Of what was lost, nothing was said to be safer than in memory."""
    for line in stage.ledger.lines():
        if line.word == _ACKNOWLEDGED and line.detail != str(MEMORY) and stage.is_ours:
            story = case.told[line.order]
            if story.record is None:
                yield f"order {line.order} was acknowledged as {line.detail}, and is lost"


def _firsts(stage: Stage) -> list[int]:
    """Return when each order was first acknowledged or begun, in ns."""
    firsts: dict[str, int] = {}
    for line in stage.ledger.lines():
        if line.word in (_ACKNOWLEDGED, _STARTED):
            firsts.setdefault(line.order, line.at_ns)
    return list(firsts.values())


def _starts(stage: Stage) -> list[int]:
    return [line.at_ns for line in stage.ledger.lines() if line.word == _STARTED]


def _within(told_ns: list[int], stage: Stage, fault: str, seconds: float, late_s: float = 0.0) -> int:
    """Count the moments that lie no more than so many seconds before one of the faults, or a little behind it."""
    lines = stage.ledger.lines()
    faults_ns = [line.at_ns for line in lines if (line.word, line.job) == ("fault", fault)]
    return sum(any(-late_s * 1e9 <= fault_ns - at_ns <= seconds * 1e9 for fault_ns in faults_ns) for at_ns in told_ns)
