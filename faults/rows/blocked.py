"""Handlers that keep their process from its work, and jobs that never end: F6, F7."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from faults.harm import HOLD_S
from faults.jobs import Pill, Stuck
from faults.judge import Case
from faults.ledger import Line
from faults.orders import Order, single
from faults.row import Row, mixed
from faults.stage import Stage
from jobdefs.state import State

TIMEOUT: Final = timedelta(seconds=1)
_PATIENCE_S: Final = 60.0
_LOOK_S: Final = 0.25
_FREE_S: Final = 12.0


def with_holders(stage: Stage) -> list[Order]:
    """Return the usual orders, with jobs among them that hold the interpreter lock."""
    return _among(mixed(stage), [single(f"hold-{n}", Pill(f"hold-{n}", "hold")) for n in range(stage.either((1, 3)))])


def with_stuck(stage: Stage) -> list[Order]:
    """Return the usual orders, with more jobs that never end than there are async slots."""
    many = stage.setup.consumers * stage.setup.concurrency + 1
    return _among(mixed(stage), [single(f"stuck-{n}", Stuck(f"stuck-{n}")) for n in range(many)], first=True)


def _among(orders: list[Order], others: list[Order], *, first: bool = False) -> list[Order]:
    middle = 1 if first else len(orders) // 2
    return orders[:middle] + others + orders[middle:]


def wait_for_ends(stage: Stage) -> None:
    """Wait until everything has ended; the jobs themselves are the fault."""
    stage.until(lambda: not stage.producer.is_alive(), "everything put in", _PATIENCE_S)
    stage.over()
    stage.until(lambda: not stage.system.unfinished(stage.url), "quiet", _PATIENCE_S, _LOOK_S)


def held_s(stage: Stage) -> list[float]:
    """Return how long each run held the interpreter lock, in seconds."""
    began: dict[tuple[int, str], int] = {}
    found = []
    for line in _of(stage, "hold-"):
        if line.word == "start":
            began[line.pid, line.detail] = line.at_ns
        else:
            found.append((line.at_ns - began[line.pid, line.detail]) / 1e9)
    return found


def _of(stage: Stage, prefix: str) -> list[Line]:
    return [line for line in stage.ledger.lines() if line.order.startswith(prefix) and line.word in ("start", "end")]


def held_too_long(stage: Stage) -> str:
    """Tell how long the interpreter lock was held."""
    held = held_s(stage)
    enough = held and max(held) > HOLD_S / 2 > stage.setup.lease_s / 2
    return f"the interpreter lock was held {len(held)} times, for {max(held):.1f} s at the longest" if enough else ""


def held_by_holders(stage: Stage) -> int:
    """Return the bound of repeated runs: each hold may cost its consumer all leases."""
    return stage.setup.held * sum(line.word == "start" for line in _of(stage, "hold-"))


def holders_succeed(_stage: Stage, case: Case) -> Iterator[str]:
    """A job that holds the lock succeeds in the end, in quarantine if nowhere else."""
    for story, record in case.known:
        if not story.harmless and record.state is not State.SUCCEEDED:
            yield f"{story.number} is {record.state}: {record.error}"


def never_ended(stage: Stage) -> str:
    """Tell how many runs never came to an end, and were given up."""
    starts = len(_of(stage, "stuck-"))
    given_up = len(stage.fleet.logged("timed out"))
    return f"{starts} runs never ended, {given_up} were given up" if starts and (given_up or not stage.is_ours) else ""


def stuck_are_dead(stage: Stage, case: Case) -> Iterator[str]:
    """A job that never ends is dead after its attempts, each by its timeout; others have its place in time."""
    for story, record in case.known:
        if not story.harmless and (record.state is not State.DEAD or record.failures != len(story.runs)):
            yield f"{story.number} is {record.state} after {record.failures} failures in {len(story.runs)} runs"
    begins = [line.at_ns for line in _of(stage, "stuck-") if line.word == "start"]
    places = stage.setup.consumers * stage.setup.concurrency
    if len(begins) > places and (freed_s := (begins[places] - begins[places - 1]) / 1e9) > _FREE_S:
        yield f"a place was free only after {freed_s:.1f} s"


ROWS: Final = (
    Row(
        id="F6",
        title=f"a handler holds the interpreter lock for {HOLD_S:g} s, more than twice the lease",
        inject=wait_for_ends,
        evidence=held_too_long,
        orders=with_holders,
        bound=held_by_holders,
        promises=holders_succeed,
    ),
    Row(
        id="F7",
        title="handlers never return and ignore being cancelled, in every async slot",
        inject=wait_for_ends,
        evidence=never_ended,
        orders=with_stuck,
        promises=stuck_are_dead,
    ),
)
