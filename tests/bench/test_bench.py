"""The benchmark itself, at a size that says nothing about speed."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run(*arguments):
    """Run the benchmark as a user would."""
    command = [sys.executable, "-m", "bench", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=50, check=False)


def test_both_sides_are_measured_and_compared():
    """A run as JSON holds every setting with its runs, stock Huey's best, and each setting's ratio to that."""
    done = run(
        "--json",
        "--jobs",
        "300",
        "--rounds",
        "1",
        "--only",
        "async def -k thread",
        "--only",
        "RedisHuey -k thread -w 4",
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["jobs"] == 300
    assert found["best_stock"] == "RedisHuey -k thread -w 4"
    assert [(each["side"], each["setting"]) for each in found["results"]] == [
        ("ours", "async def -k thread -w 1"),
        ("stock", "RedisHuey -k thread -w 4"),
    ]
    assert [each["runs"][0]["missing"] for each in found["results"]] == [0, 0]
    assert found["results"][1]["ratio"] == 1


def test_unknown_setting_is_refused():
    """A text that no setting's name has in it is refused in one line, and nothing is run."""
    done = run("--only", "-w 99")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == "bench: error: no setting has -w 99 in its name"
