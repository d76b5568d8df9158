"""The story of each order, as the ledger tells it and, in the end, as the store does."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

import attrs

from faults.jobs import Work
from faults.ledger import NONE, Line
from faults.orders import Order
from jobdefs.record import JobRecord
from jobdefs.state import State

_ENDS: Final = ("end", "fail")


@attrs.define
class Run:
    """One run of a handler; ``word`` is ``end`` or ``fail``, empty where the handler never came to its end.

    ``claim`` is the generation and fence that it was told, the same for no other run of a job.
    """

    job: str
    claim: str
    pid: int
    began_ns: int
    ended_ns: int | None = None
    word: str = ""

    @property
    def fence(self) -> int:
        """The fence that it was told; stock Huey has none."""
        return int(self.claim.partition(":")[2] or 0)

    def overlaps(self, other: "Run") -> bool:
        """Tell whether both ran at one moment, as far as their ends are known."""
        if self.ended_ns is None or other.ended_ns is None:
            return False
        return self.began_ns < other.ended_ns and other.began_ns < self.ended_ns


@attrs.define
class Story:
    """One order, or a follow-up of one: then ``order`` is None.

    ``acked`` are the ids under which it was acknowledged, ``record`` what the store knows of its job in the end.
    """

    number: str
    order: Order | None = None
    tried_ns: int | None = None
    acked_ns: int | None = None
    acked: set[str] = attrs.field(factory=set)
    runs: list[Run] = attrs.field(factory=list)
    record: JobRecord | None = None

    @property
    def jobs(self) -> set[str]:
        """Every id under which it was acknowledged or began; more than one is one too many."""
        return self.acked | {run.job for run in self.runs}

    @property
    def due_ns(self) -> int | None:
        """When it was acknowledged and due, None where it never was."""
        if self.acked_ns is None or self.tried_ns is None or self.order is None:
            return None
        return max(self.acked_ns, self.order.due_after_ns(self.tried_ns))

    @property
    def leader(self) -> str:
        """The number of the order that it follows, empty where it was put in by a producer."""
        return "" if self.order else self.number.removesuffix("+")

    @property
    def work(self) -> Work:
        """What was asked for; a follow-up is a no-op."""
        return self.order.payload if self.order and isinstance(self.order.payload, Work) else Work()

    @property
    def harmless(self) -> bool:
        """Whether it is a job that does nobody any harm."""
        return self.order is None or isinstance(self.order.payload, Work)

    @property
    def to_run(self) -> bool:
        """Whether it does no harm, and was not called off."""
        return self.harmless and not (self.record and self.record.state is State.CANCELLED)

    @property
    def again(self) -> int:
        """How many runs there were for no reason of its own."""
        return max(0, len(self.runs) - 1 - self.failed)

    @property
    def failed(self) -> int:
        """How many attempts the store has counted as failures; without its word, how many said that they failed."""
        return self.record.failures if self.record else sum(run.word == "fail" for run in self.runs)

    @property
    def ends(self) -> int:
        """How many runs came to a good end."""
        return sum(run.word == "end" for run in self.runs)


def stories(lines: Iterable[Line], orders: Iterable[Order]) -> dict[str, Story]:
    """Return the story of each order that was tried or begun, by its number."""
    told = {order.number: Story(order.number, order) for order in orders}
    for line in lines:
        if line.order == NONE:
            continue
        story = told.setdefault(line.order, Story(line.order))
        if line.word == "try":
            story.tried_ns = story.tried_ns or line.at_ns
        elif line.word == "ack":
            story.acked_ns = story.acked_ns or line.at_ns
            story.acked.add(line.job)
        elif line.word == "start":
            story.runs.append(Run(line.job, line.detail, line.pid, line.at_ns))
        elif line.word in _ENDS:
            _end(story, line)
    return told


def _end(story: Story, line: Line) -> None:
    for run in story.runs:
        if (run.pid, run.job, run.claim, run.word) == (line.pid, line.job, line.detail, ""):
            run.ended_ns, run.word = line.at_ns, line.word
            return


def cut_off_s(told: Mapping[str, Story], lines: Iterable[Line]) -> list[float]:
    """Return how long each order whose run was cut off by a kill had to wait until it ran again, in seconds."""
    kills = defaultdict(list)
    for line in lines:
        if (line.word, line.job) == ("fault", "kill"):
            kills[int(line.detail)].append(line.at_ns)
    waits = []
    for story in told.values():
        for run, after in zip(story.runs, story.runs[1:], strict=False):
            # Where there are many processes, their numbers come again.
            died_ns = next((at_ns for at_ns in kills[run.pid] if at_ns > run.began_ns), None)
            if not run.word and died_ns is not None:
                waits.append((after.began_ns - died_ns) / 1e9)
    return waits


def by_key(told: Mapping[str, Story]) -> dict[str, list[Story]]:
    """Return the stories of unique jobs by their keys."""
    found = defaultdict(list)
    for story in told.values():
        if story.order and story.order.key:
            found[story.order.key].append(story)
    return found


def recovered_s(told: Mapping[str, Story], lines: Iterable[Line]) -> float | None:
    """Return the seconds from the end of the last fault until every harmless job that was due by then had run.

    None where there was no end, or where one of them never ran; what the store has lost does not count.
    """
    over_ns = max((line.at_ns for line in lines if line.word == "over"), default=None)
    if over_ns is None:
        return None
    kept = [story for story in told.values() if story.record or story.ends]
    due = [story for story in kept if story.to_run and story.due_ns and story.due_ns <= over_ns]
    ends = [max((run.ended_ns or 0 for run in story.runs if run.word == "end"), default=0) for story in due]
    return max(0.0, (max(ends, default=0) - over_ns) / 1e9) if all(ends) else None
