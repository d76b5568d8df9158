"""The account of a battle: its figures for people, and a line for each promise that was broken."""

import statistics
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from bench.chaos.battle import SLOTS, Battle, Plan
from bench.chaos.judgement import violations
from jobdefs.record import JobRecord
from jobdefs.state import State


def figures(plan: Plan, battle: Battle) -> dict[str, str]:
    """Return what is worth knowing, by the words under which it is shown."""
    told = battle.told.values()
    states = Counter(story.record.state.value for story in told if story.record)
    return {
        "seed": str(plan.seed),
        "acknowledged": f"{sum(story.answered for story in told):,} of {plan.jobs:,}",
        "held or refused by a unique key": f"{sum(bool(s.order and not s.answered) for s in told):,}",
        "enqueues repeated": f"{battle.retries:,}",
        "follow-ups": f"{sum(bool(story.follows) for story in told):,}",
        "in the end": ", ".join(f"{count:,} {state}" for state, count in sorted(states.items())),
        "kill -9": f"{battle.kills:,}, one every {plan.every_s:g} s",
        "runs": f"{sum(len(story.runs) for story in told):,}",
        "runs repeated": f"{_again(battle):,} of at most {SLOTS * battle.kills:,}",
        "leases lost": f"{sum(story.record.lost for story in told if story.record):,}",
        "jobs lost more than once": f"{sum(s.record.lost > 1 for s in told if s.record):,}",
        "suspects": f"{sum(_was_suspect(story.record) for story in told if story.record):,}",
        "late ends refused": f"{battle.refused:,}",
        "until run again": _waits(battle.waits_s),
        "duration": f"{battle.seconds:.0f} s, {battle.quiet_s:.1f} s of them after the last kill",
    }


def broken(battle: Battle) -> list[str]:
    """Return a line for each promise that was broken."""
    return [*violations(battle.told, bound=SLOTS * battle.kills), *_of_the_installation(battle)]


def _of_the_installation(battle: Battle) -> Iterator[str]:
    """Yield where the installation's own ledger differs from itself and from ours, and what was left running."""
    yield from (f"ledger: {fault}" for fault in battle.ledger.faults)
    if battle.ledger.repairs:
        yield f"ledger: the sweeper has repaired {battle.ledger.repairs} times"
    ours = Counter(story.record.state for story in battle.told.values() if story.record)
    for state in State:
        told = sum(getattr(entry, state.value) for entry in battle.ledger.entries)
        if told != ours[state]:
            yield f"ledger: it counts {told} {state}, and we know of {ours[state]}"
    if battle.orphans:
        yield f"orphans: children of {battle.orphans} killed consumers live on"


def _again(battle: Battle) -> int:
    return sum(story.again for story in battle.told.values())


def _was_suspect(record: JobRecord) -> bool:
    """Tell whether a job was lost twice in a row."""
    names = [event.name for event in record.events if event.name != "running"]
    return ("lost", "lost") in pairwise(names)


def _waits(waits_s: list[float]) -> str:
    if not waits_s:
        return "no run was cut off"
    return f"{statistics.median(waits_s):.1f} s (median), {max(waits_s):.1f} s (longest), of {len(waits_s):,} cut off"
