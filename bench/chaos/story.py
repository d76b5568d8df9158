"""The story of each job, as the book tells it and as the store does."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

import attrs

from bench.chaos.book import Line
from bench.chaos.orders import Order
from bench.chaos.work import Work
from jobdefs.record import JobRecord

_ENDS: Final = ("end", "fail")


@attrs.define
class Run:
    """One run of a handler; ``word`` is ``end`` or ``fail``, empty where the handler never came to its end."""

    pid: int
    began_ns: int
    ended_ns: int | None = None
    word: str = ""

    def overlaps(self, other: "Run") -> bool:
        """Tell whether both ran at one moment, as far as their ends are known."""
        if self.ended_ns is None or other.ended_ns is None:
            return False
        return self.began_ns < other.ended_ns and other.began_ns < self.ended_ns


@attrs.define
class Story:
    """One job. ``order`` is None for a follow-up; ``follows`` is then the job that it came from."""

    id: str
    order: Order | None = None
    follows: str = ""
    answered: bool = False
    runs: list[Run] = attrs.field(factory=list)
    record: JobRecord | None = None

    @property
    def work(self) -> Work:
        """What was asked for; a follow-up is a no-op."""
        return self.order.payload if self.order and isinstance(self.order.payload, Work) else Work()

    @property
    def again(self) -> int:
        """How many runs there were for no reason of its own: its consumer died."""
        failures = self.record.failures if self.record else 0
        return max(0, len(self.runs) - 1 - failures)

    @property
    def ends(self) -> int:
        """How many runs came to a good end."""
        return sum(run.word == "end" for run in self.runs)


def stories(lines: Iterable[Line], orders: Iterable[Order]) -> dict[str, Story]:
    """Return the story of each job that was tried or begun, by its id."""
    told = {order.id: Story(order.id, order) for order in orders}
    for line in lines:
        if line.word == "ack":
            told[line.subject].answered = True
        elif line.word == "start":
            _begin(told.setdefault(line.subject, Story(line.subject)), line)
        elif line.word in _ENDS:
            _end(told[line.subject], line)
    return told


def _begin(story: Story, line: Line) -> None:
    story.runs.append(Run(line.pid, line.at_ns))
    if line.detail != "-":
        story.follows = line.detail


def _end(story: Story, line: Line) -> None:
    open_runs = [run for run in story.runs if run.pid == line.pid and not run.word]
    open_runs[0].ended_ns, open_runs[0].word = line.at_ns, line.word


def waits_s(told: Mapping[str, Story], lines: Iterable[Line]) -> list[float]:
    """Return how long each job whose run was cut off by a kill had to wait until it ran again, in seconds."""
    killed = {int(line.subject): line.at_ns for line in lines if line.word == "kill"}
    return [
        (after.began_ns - killed[run.pid]) / 1e9
        for story in told.values()
        for run, after in zip(story.runs, story.runs[1:], strict=False)
        if not run.word and run.pid in killed
    ]


def by_key(told: Mapping[str, Story]) -> dict[str, list[Story]]:
    """Return the stories of unique jobs by their keys."""
    found = defaultdict(list)
    for story in told.values():
        if story.order and story.order.key:
            found[story.order.key].append(story)
    return found
