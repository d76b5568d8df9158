"""The benchmark itself, at a size that says nothing about speed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*arguments):
    """Run the benchmark as a user would."""
    command = [sys.executable, "-m", "bench", "--quick", "--rounds", "1", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)


def only(*texts):
    return [argument for text in texts for argument in ("--only", text)]


@pytest.mark.timeout(120)
def test_lines_are_measured_beside_their_rivals():
    """A run as JSON holds every line that was asked for, and no other, with its rival, its target and every run."""
    done = run(
        "--json", *only("pickup at idle, p50", "enqueue_many:", "memory:", "start-up, consumer", "def, -k thread -w 4")
    )
    assert done.returncode == 0, done.stderr
    found = {(each["work"], each["rival"]): each for each in json.loads(done.stdout)["results"]}
    assert list(found) == [
        ("def, -k thread -w 4", "stock Huey, one process"),
        ("pickup at idle, p50", "bare pair p50"),
        ("pickup at idle, p50", "bare lease p50"),
        ("enqueue_many of 10,000", "stock Huey one by one"),
        ("enqueue_many of 10,000", "bare batched script"),
        ("memory per waiting job, payload of 100 bytes", "stock Huey"),
        ("left of jobs of all endings after retention", None),
        ("start-up, consumer's first job begins", "stock Huey"),
    ]
    for each in found.values():
        assert (each["ratio"] or 0) > 0 or each["rival"] is None
        assert len(each["runs"]["ours"]) == 1
    assert found["def, -k thread -w 4", "stock Huey, one process"]["busy"].keys() == {"consumer", "server"}
    assert found["left of jobs of all endings after retention", None]["met"] is True


@pytest.mark.timeout(120)
def test_table():
    """A run as a table tells each line with its target, and how to read it, and compares ratios with committed ones."""
    done = run(*only("handler with one LPUSH"))
    assert done.returncode == 0, done.stderr
    assert [
        line.split(" | ")[2].split(", ")[1].strip() for line in done.stdout.splitlines() if "requests/s" in line
    ] == [
        "handler with one LPUSH",
    ]
    assert "Figures are medians of the rounds." in done.stdout
    assert "ratios.json" in done.stdout.splitlines()[-1]


def test_unknown_line_is_refused():
    """A text that no line has in it is refused in one line, and nothing is run."""
    done = run("--only", "-w 99")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == "bench: error: no line has -w 99 in it"
