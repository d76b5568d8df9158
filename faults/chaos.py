"""``python -m faults.chaos``: kills consumers under load for minutes, and tells whether a job was lost."""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from shutil import rmtree
from typing import Final

import attrs

from faults import trial
from faults.account import figures
from faults.ledger import NONE
from faults.row import Row, held_per_death
from faults.server import available
from faults.setup import Setup
from faults.stage import Stage
from faults.systems import Ours
from jobdefs.errors import SettingsError

_SHOWN: Final = 20
_CUT_EVERY: Final = 5
_TOLD_EVERY: Final = 100


@attrs.frozen(kw_only=True)
class Plan:
    """How large a battle is: a consumer is killed every ``every_s`` for ``seconds``, while the jobs are put in.

    Where that takes longer, the kills go on. A killed consumer is replaced at once, and so that some three are at work
    while others start, there are ``spares`` beside the ``consumers``; any of them may be the victim. With every fifth
    kill, the server cuts every connection, producers' and consumers'.
    """

    jobs: int = 100_000
    seconds: float = 180.0
    every_s: float = 0.2
    consumers: int = 3
    spares: int = 3
    seed: int = 1
    patience_s: float = 300.0


def row(plan: Plan) -> Row:
    """Return the battle as a row."""

    def kill(stage: Stage) -> None:
        began, kills = time.monotonic(), 0
        while (next_s := (kills + 1) * plan.every_s) <= plan.seconds or stage.producer.is_alive():
            stage.sleep(max(0.0, began + next_s - time.monotonic()))
            _kill_one(stage)
            kills += 1
            if kills % _TOLD_EVERY == 0:
                print(f"{kills} kills in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
            if kills % _CUT_EVERY == 0:
                _cut(stage)

    return Row(
        id="chaos",
        title=f"a consumer is killed every {plan.every_s:g} s, under load",
        setup=Setup(
            jobs=(plan.jobs, plan.jobs),
            seconds=(plan.seconds, plan.seconds),
            consumers=plan.consumers + plan.spares,
            forked=True,
            workers=8,
            concurrency=8,
            api=False,
        ),
        inject=kill,
        evidence=lambda stage: f"{kills} kills" if (kills := stage.happened("kill")) else "",
        bound=held_per_death,
        figures=figures,
        patience_s=plan.patience_s,
    )


def _kill_one(stage: Stage) -> None:
    begun = stage.under_way()
    at_work = sum(process.pid in begun for process in stage.fleet.running)
    stage.notes["at work"] = stage.notes.get("at work", 0) + at_work
    stage.fleet.kill(stage.dice.randrange(len(stage.fleet.running)))


def _cut(stage: Stage) -> None:
    with stage.server.client() as client:
        client.client_kill_filter(_type="normal", skipme=True)
    stage.fault("cut", NONE)


def main(arguments: list[str] | None = None) -> int:
    """Return 0 if every promise was kept, 1 otherwise; then the ledger and the logs stay where they are."""
    plan = _plan(arguments)
    try:
        kind = available()
    except SettingsError as error:
        print(f"chaos: {error}", file=sys.stderr)
        return 1
    place = Path(tempfile.mkdtemp(prefix="chaos-"))
    outcome = trial.run(row(plan), Ours(), kind, place, seed=plan.seed, quick=False)
    for name, value in outcome.figures.items():
        print(f"{name:32} {value}")
    if not outcome.passed:
        print("\n".join(outcome.violations[:_SHOWN]))
        print(f"{len(outcome.violations)} promises broken; the ledger and the logs are in {place}")
        return 1
    print("no promise broken: 0 lost, 0 innocents dead")
    rmtree(place)
    return 0


def _plan(arguments: list[str] | None) -> Plan:
    usual = Plan()
    parser = argparse.ArgumentParser(prog="faults.chaos", description="Kills consumers under load.")
    parser.add_argument("--jobs", type=int, default=usual.jobs, help=f"how many jobs are put in ({usual.jobs:,})")
    parser.add_argument("--seconds", type=float, default=usual.seconds, help=f"for how long ({usual.seconds:g})")
    parser.add_argument("--every", type=float, default=usual.every_s, help=f"seconds between kills ({usual.every_s:g})")
    parser.add_argument("--seed", type=int, default=usual.seed, help=f"of the mix and the kills ({usual.seed})")
    given = parser.parse_args(arguments)
    return Plan(jobs=given.jobs, seconds=given.seconds, every_s=given.every, seed=given.seed)


if __name__ == "__main__":
    sys.exit(main())
