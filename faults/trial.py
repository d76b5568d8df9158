"""One trial: a system is set up, jobs are put in, the fault happens, and when all is quiet the ledgers are judged."""

import time
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from faults import server
from faults.api import Api
from faults.fleet import Fleet
from faults.judge import Case, losses, violations
from faults.ledger import Ledger
from faults.outcome import Outcome
from faults.producer import Producer
from faults.row import Row
from faults.setup import Setup
from faults.stage import Stage
from faults.story import recovered_s, stories
from faults.systems import System
from faults.tools.missing import ToolMissing

_LOOK_S: Final = 0.25
_PRODUCED_S: Final = 120.0


def run(row: Row, system: System, kind: server.Kind, place: Path, *, seed: int, quick: bool) -> Outcome:
    """Bring a row's fault about in a system on a server of a kind, with the ledger and the logs in ``place``.

    Nothing is raised: what broke off has a violation that says so, and its traceback in ``place``.
    """
    began, found = time.monotonic(), dict[str, Any]()
    try:
        with _set_up(row, system, kind, place, seed=seed, quick=quick) as stage:
            found = _judged(row, stage, unfinished=_harmed(row, stage))
    except ToolMissing as missing:
        found = {"skipped": str(missing)}
    except Exception as error:  # noqa: BLE001 - whatever it is, the row has failed and the others go on
        (place / "traceback").write_text(traceback.format_exc())
        found = {"violations": (f"the trial broke off: {type(error).__name__}: {error}",)}
    return Outcome(
        row=row.id,
        title=row.title,
        system=system.name,
        server=kind,
        seed=seed,
        loss=row.loss,
        seconds=time.monotonic() - began,
        **found,
    )


@contextmanager
def _set_up(row: Row, system: System, kind: server.Kind, place: Path, *, seed: int, quick: bool) -> Iterator[Stage]:
    setup, ledger = row.setup, Ledger.at(place / "ledger")
    with ExitStack() as stack:
        made = setup.server(kind, place / "s", setup.server_options, setup.server_variables)
        running = stack.enter_context(server.running(made))
        stage = Stage(setup=setup, system=system, place=place, seed=seed, quick=quick, ledger=ledger, server=running)
        stage.url = stack.enter_context(row.route(stage)) if row.route else running.url
        stage.orders = row.orders(stage)
        variables = system.variables(stage.url) | _sizes(setup) | setup.variables
        if setup.api and system.is_ours:
            stage.api = stack.enter_context(Api(variables, place))
        doors = system.doors(stage.url, stage.api.url if stage.api else "")
        stage.producer = Producer(doors, ledger, stage.orders, stage.either(setup.seconds))
        options = system.options(setup)
        fleet = Fleet(system.app, place, ledger, setup.consumers, options, variables, system.drain_signal, setup.forked)
        stage.fleet = stack.enter_context(fleet)
        yield stage


def _sizes(setup: Setup) -> dict[str, str]:
    return {
        "JOBS_LEASE": f"{setup.lease_s:g}",
        "JOBS_CONCURRENCY": str(setup.concurrency),
        "JOBS_DRAIN": f"{setup.drain_s:g}",
    }


def _harmed(row: Row, stage: Stage) -> str:
    """Bring the fault about under load, and return in words what was not at its end when patience was."""
    stage.producer.start()
    row.inject(stage)
    if not stage.count("over"):
        stage.over()
    stage.producer.join(min(_PRODUCED_S, stage.system.patience_s))
    return (
        "the producer"
        if stage.producer.is_alive()
        else _await_quiet(stage, min(row.patience_s, stage.system.patience_s))
    )


def _await_quiet(stage: Stage, patience_s: float) -> str:
    deadline = time.monotonic() + patience_s
    while (left := _left(stage)) and time.monotonic() < deadline:
        time.sleep(_LOOK_S)
    return left


def _left(stage: Stage) -> str:
    size = stage.ledger.size
    if left := stage.system.unfinished(stage.server.url):
        return left
    # Where the store does not tell what runs, only the ledger does.
    time.sleep(stage.system.still_s)
    return "handlers still write" if stage.ledger.size != size else ""


def _judged(row: Row, stage: Stage, unfinished: str) -> dict[str, Any]:
    told = stories(stage.ledger.lines(), stage.orders)
    installation = stage.system.look_up(stage.server.url, told.values())
    allowed = {"bound": row.bound(stage), "may_lose": row.may_lose(stage)}
    case = Case(told=told, installation=installation, unfinished=unfinished, forgetful=row.forgetful, **allowed)
    return {
        "acknowledged": sum(bool(story.acked) for story in told.values()),
        "lost": len(losses(case)),
        "repeated": case.again,
        "bound": case.bound,
        "recovered_s": recovered_s(told, stage.ledger.lines()),
        "evidence": row.evidence(stage),
        "checked": tuple(invariant.id for invariant in row.invariants),
        "violations": (*violations(case, row.invariants), *_promised(row, stage, case)),
        "figures": row.figures(stage, case),
    }


def _promised(row: Row, stage: Stage, case: Case) -> Iterator[str]:
    """Yield where something beside the invariants was broken."""
    if orphans := stage.fleet.orphans():
        yield f"orphans: children of {orphans} consumers that are gone live on"
    yield from (f"{row.id}: {line}" for line in row.promises(stage, case))
