"""Findings as a person or a program reads them."""

import json
from collections.abc import Iterator
from typing import Any, Final

from consumer.preflight.findings import Findings, Group, Groups
from consumer.recognition import Obstacle

ADVICE: Final = {
    Obstacle.UNREADABLE: "deploy a build that reads it, or cancel it if nobody wrote it on purpose",
    Obstacle.MISPLACED: "somebody wrote it by hand: cancel it",
    Obstacle.UNKNOWN: "name its modules in JOBS_MODULES and JOBS_HANDLERS, or let the present build finish these first",
    Obstacle.MISFIT: "write an upgrade, or let the present build finish these first; cancel what fits no build",
    Obstacle.NEWER: "a newer build wrote it: deploy that one or a later one, or let it finish these first",
    Obstacle.UNSERVED: "name the queue in JOBS_QUEUES of a consumer, or let the present build finish these first",
}


def document(found: Findings) -> str:
    """Return everything as one JSON document."""
    told = {
        "looked_at": {state.value: number for state, number in found.looked_at.items()},
        "sample": found.is_sample,
        "upgrades_key_space": found.is_older,
        "blocked": _listed(found.blocked),
        "taken_up": _listed(found.taken_up),
        "replayable": _listed(found.replayable),
    }
    return json.dumps(told, indent=2)


def lines(found: Findings) -> Iterator[str]:
    """Yield the lines of a report."""
    for group in found.blocked:
        yield from _paragraph(f"{group.obstacle}: {_jobs(group)}", group, ADVICE[group.obstacle or Obstacle.MISFIT])
    for group in found.taken_up:
        yield from _paragraph(f"taken up: {_jobs(group)}", group, "nothing: consumers of this build run them")
    for group in found.replayable:
        yield from _paragraph(f"replayable: {_jobs(group)}", group, "replay them, if they shall run")
    if others := found.blocked.others:
        yield f"and {_number(others)} of more kinds"
    if found.is_older:
        yield "the key space is of an older version: stop the old programs before those of this build start"
    yield _summary(found)


def _paragraph(head: str, group: Group, advice: str) -> Iterator[str]:
    more = ", ..." if group.count > len(group.ids) else ""
    yield _shown(head)
    yield _shown(f"  why   {group.reason or '-'}")
    yield _shown(f"  jobs  {', '.join(group.ids)}{more}")
    yield f"  do    {advice}"
    yield ""


def _summary(found: Findings) -> str:
    states = ", ".join(f"{number:,} {state}" for state, number in found.looked_at.items() if number)
    looked_at = f"looked at {states}" if states else "there are no jobs"
    sample = ", a sample" if found.is_sample else ""
    blocked = found.blocked.count
    verdict = f"this build cannot run {_number(blocked)}" if blocked else "nothing stands against this build"
    return f"{looked_at}{sample}: {verdict}"


def _listed(groups: Groups) -> dict[str, Any]:
    return {"count": groups.count, "others": groups.others, "groups": [_members(group) for group in groups]}


def _members(group: Group) -> dict[str, Any]:
    obstacle = {} if group.obstacle is None else {"obstacle": group.obstacle.value}
    return {
        **obstacle,
        "name": group.name or None,
        "queue": group.queue,
        "state": group.state.value,
        "count": group.count,
        "ids": group.ids,
        "reason": group.reason,
    }


def _jobs(group: Group) -> str:
    plural = "job" if group.count == 1 else "jobs"
    return f"{group.count:,} {group.state} {plural} of {group.name or 'no name'} in queue {group.queue or '-'}"


def _number(count: int) -> str:
    return "1 job" if count == 1 else f"{count:,} jobs"


def _shown(text: str) -> str:
    # What stands in the store cannot steer the terminal.
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)
