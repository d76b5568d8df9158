"""Runs the trials of rows a few at a time, each row in a process of its own: most of them wait rather than compute."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import attrs

from faults.outcome import Outcome
from faults.process import ROOT
from faults.row import Row
from faults.server import Kind

_QUICK_PATIENCE_S: Final = 300.0
_PATIENCE_S: Final = 900.0
_MERCY_S: Final = 15.0


@attrs.frozen(kw_only=True)
class Plan:
    """How rows are run: ``at_once`` of them, each for ``patience_s`` seconds at the most.

    ``again`` says whether a row that failed beside others runs once more by itself, ``rival`` whether the rival is
    harmed in the same way.
    """

    place: Path
    seed: int = 1
    quick: bool = False
    at_once: int = 4
    again: bool = False
    rival: bool = True
    patience_s: float = attrs.Factory(lambda plan: _QUICK_PATIENCE_S if plan.quick else _PATIENCE_S, takes_self=True)


@attrs.frozen
class Entry:
    """A row on a server of one kind."""

    row: Row
    kind: Kind


def run(entries: Sequence[Entry], plan: Plan, say: Callable[[Outcome], None]) -> list[Outcome]:
    """Return the outcomes of all entries in their order, and tell each as it comes.

    A row that broke off has judged nothing, so it runs once more when it has the machine for itself.
    """
    pool = ThreadPoolExecutor(plan.at_once)
    try:
        futures = [pool.submit(_outcomes, entry, plan, say) for entry in entries]
        found = [future.result() for future in futures]
    finally:
        # Whoever breaks it off does not want the rows that have not begun.
        pool.shutdown(cancel_futures=True)
    for number, entry in enumerate(entries):
        if any(outcome.broke_off or (plan.again and outcome.failed) for outcome in found[number]):
            found[number] = _outcomes(entry, plan, say, "-again")
    return [outcome for outcomes in found for outcome in outcomes]


def _outcomes(entry: Entry, plan: Plan, say: Callable[[Outcome], None], turn: str = "") -> list[Outcome]:
    found = list(_run(entry, plan, turn))
    for outcome in found:
        say(outcome)
    return found


def _run(entry: Entry, plan: Plan, turn: str) -> Iterator[Outcome]:
    place = plan.place / f"{entry.row.id}-{entry.kind}{turn}"
    place.mkdir()
    command = [sys.executable, "-m", "faults.alone", entry.row.id, str(place), "--server", entry.kind]
    command += ["--seed", str(plan.seed), *(["--quick"] if plan.quick else []), *([] if plan.rival else ["--ours"])]
    with (place / "alone.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True)
        # It cleans up when it is asked to end.
        timers = [
            threading.Timer(plan.patience_s, process.terminate),
            threading.Timer(plan.patience_s + _MERCY_S, process.kill),
        ]
        for timer in timers:
            timer.start()
        told, _ = process.communicate()
        for timer in timers:
            timer.cancel()
    yield from map(Outcome.from_json, told.splitlines())
    if process.returncode:
        yield _broken_off(entry, plan, f"its process ended with {process.returncode}; see {place / 'alone.log'}")


def _broken_off(entry: Entry, plan: Plan, why: str) -> Outcome:
    return Outcome(
        row=entry.row.id, title=entry.row.title, system="ours", server=entry.kind, seed=plan.seed, violations=(why,)
    )
