"""Jobs that end the process that runs them, among others: F4, F5."""

from collections.abc import Iterator
from typing import Final

import attrs

from faults.jobs import Pill
from faults.judge import Case
from faults.orders import Order, single
from faults.row import Row, held_per_death, mixed
from faults.stage import Stage
from jobdefs.state import State

ENDS: Final = {"exit": "with exit code 9", "segv": "(SIGSEGV)", "abort": "(SIGABRT)", "memory": "(SIGKILL)"}
# Twice beside others, and once in quarantine.
STARTS: Final = 3
_PATIENCE_S: Final = 90.0
_LOOK_S: Final = 0.25


def with_pills(stage: Stage, *ways: str) -> list[Order]:
    """Return the usual orders, with a pill of each way among them."""
    orders = mixed(stage)
    for number, way in enumerate(ways, 1):
        orders.insert(len(orders) * number // (len(ways) + 1), single(f"pill-{way}", Pill(f"pill-{way}", way)))
    return orders


def keep_alive(stage: Stage) -> None:
    """Start every consumer anew that a pill has ended, until all is quiet; raises TimeoutError."""
    stage.until(lambda: _is_quiet(stage), "quiet", _PATIENCE_S, _LOOK_S)


def _is_quiet(stage: Stage) -> bool:
    for _ in range(stage.fleet.revive()):
        stage.fault("death", stage.fleet.codes[-1])
        stage.over()
    return not stage.producer.is_alive() and not stage.system.unfinished(stage.url)


def died(stage: Stage) -> str:
    """Tell how consumers ended."""
    return f"consumers ended with {sorted(stage.fleet.codes)}" if stage.fleet.codes else ""


def only_pills_die(_stage: Stage, case: Case) -> Iterator[str]:
    """A pill takes two consumers along at most, and is dead after its stay in quarantine, telling how."""
    for story in case.told.values():
        way = story.order.payload.way if story.order and isinstance(story.order.payload, Pill) else ""
        if not way:
            continue
        record, error = story.record, story.record.error if story.record else None
        if not record or record.state is not State.DEAD or not error or ENDS[way] not in error.message:
            yield f"the pill {way} is {record and record.state}: {error and error.message}"
        # A process that was killed in quarantine is no proof yet, unless its memory has grown by much; and an attempt
        # that failed of another pill's doing is no death.
        most = STARTS + (way == "memory") + (2 * record.failures if record else 0)
        if len(story.runs) > most:
            yield f"the pill {way} began {len(story.runs)} times"


def refused_memory(stage: Stage) -> str:
    """Tell how often a handler was refused memory, and how consumers ended."""
    refused = sum(line.word == "fail" and line.order == "pill-limit" for line in stage.ledger.lines())
    return f"memory was refused {refused} times; {died(stage)}" if refused and -9 in stage.fleet.codes else ""


def eaters_die(stage: Stage, case: Case) -> Iterator[str]:
    """A handler that is refused memory fails as others do, and one that is killed for it is a pill."""
    refused = case.told["pill-limit"]
    others = {number: story for number, story in case.told.items() if story is not refused}
    yield from only_pills_die(stage, attrs.evolve(case, told=others))
    error = refused.record.error if refused.record else None
    if not error or error.type != "MemoryError":
        yield f"the job that was refused memory is {refused.record and refused.record.state}: {error}"


ROWS: Final = (
    Row(
        id="F4",
        title="jobs end their process: os._exit, a segmentation fault, abort",
        inject=keep_alive,
        evidence=died,
        orders=lambda stage: with_pills(stage, "exit", "segv", "abort"),
        bound=held_per_death,
        promises=only_pills_die,
    ),
    Row(
        id="F5",
        title="jobs eat memory: one up to a limit (RLIMIT_AS), one until it is killed for it",
        inject=keep_alive,
        evidence=refused_memory,
        orders=lambda stage: with_pills(stage, "memory", "limit"),
        bound=held_per_death,
        promises=eaters_die,
    ),
)
