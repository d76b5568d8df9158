"""What was found among the jobs, in groups of a kind; however many jobs there are, it stays small."""

import re
from collections.abc import Iterator
from typing import Final

import attrs

from consumer.recognition import Obstacle
from jobdefs.state import State

MOST_GROUPS: Final = 100
MOST_IDS: Final = 5
_NUMBER: Final = re.compile(r"\d+")


@attrs.define
class Group:
    """Jobs of one name, queue and state with the same fate; ``ids`` are those of the first few."""

    name: str
    queue: str
    state: State
    obstacle: Obstacle | None = None
    reason: str = ""
    count: int = 0
    ids: list[str] = attrs.field(factory=list)

    def add(self, job_id: str) -> None:
        """Count one more job."""
        self.count += 1
        if len(self.ids) < MOST_IDS:
            self.ids.append(job_id)


class Groups:
    """Groups in the order in which they were found; ``others`` counts the jobs that are too various to be grouped."""

    def __init__(self) -> None:
        self._groups: dict[object, Group] = {}
        self.others = 0

    def add(self, job_id: str, group: Group) -> None:
        """Count a job in the group that is like this one: reasons may differ in their numbers."""
        like = (group.name, group.queue, group.state, group.obstacle, _NUMBER.sub("0", group.reason))
        if like not in self._groups and len(self._groups) >= MOST_GROUPS:
            self.others += 1
            return
        self._groups.setdefault(like, group).add(job_id)

    @property
    def count(self) -> int:
        """How many jobs were counted."""
        return self.others + sum(group.count for group in self)

    def __iter__(self) -> Iterator[Group]:
        """Go through the groups."""
        return iter(self._groups.values())


@attrs.define
class Findings:
    """What was looked at, and what became of it.

    ``looked_at`` counts jobs by state; they are a sample where there are more. ``blocked`` cannot be run by this build.
    Of the parked jobs that can, its consumers take up those in ``taken_up`` by themselves, and those in ``replayable``
    wait for a replay. ``is_older`` says that this build carries the key space over when it starts.
    """

    is_older: bool = False
    is_sample: bool = False
    looked_at: dict[State, int] = attrs.field(factory=dict)
    blocked: Groups = attrs.field(factory=Groups)
    taken_up: Groups = attrs.field(factory=Groups)
    replayable: Groups = attrs.field(factory=Groups)
