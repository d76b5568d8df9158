import subprocess
import sys
from pathlib import Path

import pytest

from jobdefs.policy import DRAIN, LEASE
from jobdefs.runtime.exits import Exit

DEPLOY = Path(__file__).parents[2] / "deploy"
SERVICE, CONSUMER, TARGET = "jobs-service.service", "jobs-consumer@.service", "jobs.target"


def read(name: str) -> dict[str, list[str]]:
    """Return a unit's settings, each with its values in their order."""
    found: dict[str, list[str]] = {}
    for line in (DEPLOY / name).read_text().splitlines():
        key, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(key, []).append(value)
    return found


def test_the_units_are_clean_and_little_exposed() -> None:
    """Systemd finds no fault in the units, and an exposure of at most 2.0."""
    done = subprocess.run([sys.executable, DEPLOY / "check_units.py"], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", [SERVICE, CONSUMER])
def test_systemd_waits_for_the_drain(name: str) -> None:
    """The programs are told by SIGTERM, report when they are ready, and have longer than the drain to end."""
    unit = read(name)

    assert [unit[key] for key in ("Type", "NotifyAccess", "KillMode", "KillSignal")] == [
        ["notify"],
        ["main"],
        ["mixed"],
        ["SIGTERM"],
    ]
    assert float(unit["TimeoutStopSec"][0]) > DRAIN.total_seconds() + 10
    assert float(unit["WatchdogSec"][0]) >= LEASE.total_seconds()


@pytest.mark.parametrize("name", [SERVICE, CONSUMER])
def test_only_what_a_person_must_mend_stays_down(name: str) -> None:
    """Any ending is followed by a restart, save wrong arguments and wrong settings, however often it happens."""
    unit = read(name)

    assert unit["Restart"] == ["always"]
    assert unit["RestartPreventExitStatus"] == [f"{Exit.USAGE.value} {Exit.SETTINGS.value}"]
    assert unit["StartLimitIntervalSec"] == ["0"]


def test_a_consumer_takes_its_own_settings_over_the_common_ones() -> None:
    """The instance's name selects an environment file, which must exist and comes last."""
    assert read(CONSUMER)["EnvironmentFile"] == ["/etc/aiohttp-huey/jobs.env", "/etc/aiohttp-huey/%i.env"]


@pytest.mark.parametrize("name", [SERVICE, CONSUMER])
def test_the_target_holds_both(name: str) -> None:
    """Both start and stop with jobs.target."""
    unit = read(name)

    assert (unit["PartOf"], unit["WantedBy"]) == ([TARGET], [TARGET])


def test_both_sandboxes_have_the_same_walls() -> None:
    """What is forbidden to one program is forbidden to the other."""
    kinds = ("Protect", "Private", "Restrict", "System", "Capability", "Memory", "Lock", "Remove", "NoNew", "UMask")
    walls = [{key: value for key, value in read(name).items() if key.startswith(kinds)} for name in (SERVICE, CONSUMER)]

    assert walls[0] == walls[1]
