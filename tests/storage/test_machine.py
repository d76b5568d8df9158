"""The scripts and a reference in plain Python, driven by the same calls in any order: they never differ."""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import redis
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from jobdefs.state import State
from jobdefs.storage import execution
from jobdefs.storage.drivers import Store
from jobdefs.storage.scripts import Script, script
from tests.support.machine import StoreMachine
from tests.support.stage import Stage

# The same lives every time, unless more are asked for: `STORE_MACHINE_EXAMPLES=2000 pytest --hypothesis-seed=7 ...`
EXAMPLES = int(os.environ.get("STORE_MACHINE_EXAMPLES", "80"))
BOUNDS = settings(
    max_examples=EXAMPLES,
    stateful_step_count=40,
    derandomize="STORE_MACHINE_EXAMPLES" not in os.environ,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@contextmanager
def stages(url: str) -> Iterator[Callable[[], Stage]]:
    """What empties a server, and returns a stage on it."""
    store = Store(url)
    with redis.Redis.from_url(url) as client:

        def opened() -> Stage:
            client.flushall()
            return Stage(store, client)

        yield opened
    store.close()


def run(open_stage: Callable[[], Stage], bounds: settings) -> set[State]:
    """Run the machine; return the states that jobs were in."""
    seen: set[State] = set()
    machine: Any = lambda: StoreMachine(open_stage, seen)  # noqa: E731 - a factory goes where a class is asked for
    run_state_machine_as_test(machine, settings=bounds)
    return seen


def test_scripts_do_as_the_reference_says(url) -> None:
    """After every call, whatever came before, indexes, bookkeeping, unique keys, tombstones and ledger are as told."""
    with stages(url) as open_stage:
        seen = run(open_stage, BOUNDS)
    assert len(seen) >= len(State) - 2


# Hundreds of lives take a while on a busy machine.
pytestmark = pytest.mark.timeout(240)

ALTERATIONS = {
    "a loss is not counted": ("(tonumber(held[7]) or 0) + 1", "(tonumber(held[7]) or 0)"),
    "a unique key outlives its job": ("let_go(job.lock, job.id)\n  forget_early", "forget_early"),
    "a silence is followed by no grace": ("now < grace_until(lease) or", ""),
    "a repeat claims anew": ("if answer then\n  if repeated", "if false then\n  if repeated"),
}


@pytest.mark.parametrize("alteration", ALTERATIONS)
def test_an_altered_script_is_noticed(redis_url, monkeypatch: pytest.MonkeyPatch, alteration: str) -> None:
    """The machine fails where a script does anything else."""
    before, after = ALTERATIONS[alteration]

    def altered(name: str) -> Script:
        source = script(name).source
        if name == "exchange":
            assert before in source
            source = source.replace(before, after)
        return Script(name, source, hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest())

    monkeypatch.setattr(execution, "script", altered)
    bounds = settings(BOUNDS, max_examples=1_000, phases=[Phase.generate], report_multiple_bugs=False)
    with stages(redis_url) as open_stage, pytest.raises(AssertionError):
        run(open_stage, bounds)
