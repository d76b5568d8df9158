import subprocess
import sys

import pytest

from faults.crashes.campaign import Campaign, Case
from faults.crashes.modes import Mode
from faults.server import KINDS, Kind

MOVES = {"announce", "beat", "cancel", "exchange", "open", "replay", "submit", "sweep"}

pytestmark = pytest.mark.timeout(600)


def crashes(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "faults.crashes", *options], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("kind", KINDS)
def test_the_scenario_is_the_same_each_time(kind: Kind):
    """The scenario sends the same requests whenever it is played, and makes every move of a job's life."""
    recorded = Campaign(kind).record()
    assert Campaign(kind).record() == recorded
    assert {f"EVALSHA {move}" for move in MOVES} <= set(recorded)


def test_no_promise_is_broken_wherever_it_breaks(compiler):
    """Whatever is cut or killed at every seventh request, no promise is broken."""
    done = crashes("--quick")
    assert done.returncode == 0, done.stdout + done.stderr
    for mode in Mode:
        assert f"{mode:16}" in done.stdout


@pytest.mark.parametrize(
    ("bug", "violation"),
    [
        ("new-id", "I13: plain was answered by plain, plain-anew"),
        ("put-in-twice", "I3: plain began 2 times"),
        ("no-token", "I6: overtaken has the result"),
        ("no-key", "I7: rival was put in while unique held the key"),
        ("early", "I11: delayed began"),
        ("left-behind", "I12: "),
    ],
)
def test_the_judge_finds_bugs(bug: str, violation: str):
    """A bug that is put into a client or a script is found, and told by the invariant that it breaks."""
    (outcome,) = Campaign("valkey", bug).outcomes([Case(Mode.CUT_AFTER, 19)])
    assert any(line.startswith(violation) for line in outcome.violations), outcome.violations


def test_a_violation_is_told():
    """A run that breaks a promise is printed with its request and with the command that repeats it."""
    run = ("--server", "redis", "--only", "client-after", "--from", "20", "--to", "20", "--bug", "no-token")
    done = crashes(*run)
    assert done.returncode == 1
    assert "client-after at request 20, " in done.stdout
    assert f"python3 dev.py crashes {' '.join(run)}" in done.stdout
