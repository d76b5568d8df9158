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


def acknowledged(fault: str, seconds: float) -> Bound:
    """Return the bound of lost jobs where at each of these faults the server forgets its last seconds."""
    return lambda stage: _before(stage, _ACKNOWLEDGED, fault, seconds)


def started(fault: str, seconds: float) -> Bound:
    """Return the bound of repeated runs where at each of these faults the server forgets its last seconds."""
    return lambda stage: _before(stage, _STARTED, fault, seconds)


def told_honestly(stage: Stage, case: Case) -> Iterator[str]:
    """Of what was lost, nothing was said to be safer than in memory."""
    for line in stage.ledger.lines():
        if line.word == _ACKNOWLEDGED and line.detail != str(MEMORY) and stage.is_ours:
            story = case.told[line.order]
            if story.record is None:
                yield f"order {line.order} was acknowledged as {line.detail}, and is lost"


def _before(stage: Stage, word: str, fault: str, seconds: float) -> int:
    lines = list(stage.ledger.lines())
    faults_ns = [line.at_ns for line in lines if (line.word, line.job) == ("fault", fault)]
    told_ns = [line.at_ns for line in lines if line.word == word]
    return sum(any(0 <= fault_ns - at_ns <= seconds * 1e9 for fault_ns in faults_ns) for at_ns in told_ns)
