"""The account of a trial in which consumers were killed: its figures for people."""

import statistics
from collections import Counter
from itertools import pairwise

from faults.judge import Case
from faults.stage import Stage
from faults.story import cut_off_s
from jobdefs.record import JobRecord


def figures(stage: Stage, case: Case) -> dict[str, str]:
    """Return what is worth knowing, by the words under which it is shown."""
    told, records = case.told.values(), [record for _, record in case.known]
    states = Counter(record.state.value for record in records)
    return {
        "seed": str(stage.seed),
        "acknowledged": f"{sum(bool(story.acked) for story in told):,} of {len(stage.orders):,}",
        "held or refused by a unique key": f"{stage.count('held') + stage.count('refused'):,}",
        "enqueues repeated": f"{stage.producer.retries:,}",
        "follow-ups": f"{sum(bool(story.leader) for story in told):,}",
        "in the end": ", ".join(f"{count:,} {state}" for state, count in sorted(states.items())),
        "kill -9": _kills(stage),
        "consumers at work before a kill": f"{stage.notes.get('at work', 0) / max(1, stage.happened('kill')):.1f}",
        "runs": f"{sum(len(story.runs) for story in told):,}",
        "runs repeated": f"{case.again:,} of at most {case.bound:,}",
        "leases lost": f"{sum(record.lost for record in records):,}",
        "jobs lost more than once": f"{sum(record.lost > 1 for record in records):,}",
        "suspects": f"{sum(map(_was_suspect, records)):,}",
        "late ends refused": f"{case.installation.stale if case.installation else 0:,}",
        "until run again": _waits(cut_off_s(case.told, stage.ledger.lines())),
    }


def _kills(stage: Stage) -> str:
    """Tell how many consumers were killed, and how many of them had begun to work."""
    lines = list(stage.ledger.lines())
    at_work = {line.pid for line in lines if line.word == "start"}
    killed = [int(line.detail) for line in lines if (line.word, line.job) == ("fault", "kill")]
    return f"{len(killed):,}, of which {sum(pid in at_work for pid in killed):,} had begun a job"


def _was_suspect(record: JobRecord) -> bool:
    """Tell whether a job was lost twice in a row."""
    names = [event.name for event in record.events if event.name != "running"]
    return ("lost", "lost") in pairwise(names)


def _waits(waits_s: list[float]) -> str:
    if not waits_s:
        return "no run was cut off"
    return f"{statistics.median(waits_s):.1f} s (median), {max(waits_s):.1f} s (longest), of {len(waits_s):,} cut off"
