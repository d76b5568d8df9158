"""`python -m faults`: what it runs, what it says of mistakes, and how a failure is told."""

import tempfile
from pathlib import Path

import attrs
import pytest

import faults.__main__ as command
from faults import schedule
from faults.outcome import Outcome
from faults.rows import ROWS
from faults.schedule import Entry

PASSED = Outcome(row="F1", title="a fault", system="ours", server="redis", seed=7, evidence="it was seen")
FAILED = attrs.evolve(PASSED, violations=("I1: order 7 is ready",))
RIVAL = attrs.evolve(FAILED, system="stock Huey")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Rows that were to be run and their servers; each of them passes, and the rival fails."""
    rows: list[tuple[str, str]] = []

    def run(entries: list[Entry], _plan: object, _say: object) -> list[Outcome]:
        rows.extend((entry.row.id, entry.kind) for entry in entries)
        return [PASSED, RIVAL]

    monkeypatch.setattr(schedule, "run", run)
    return rows


def test_each_row_on_one_server_in_turn(asked: list[tuple[str, str]]) -> None:
    """Without an option every row runs, half of them on either server; a rival's losses are no failure."""
    assert command.main(["--quick"]) == 0
    assert [row for row, _ in asked] == list(ROWS)
    assert [kind for _, kind in asked][:4] == ["redis", "valkey", "redis", "valkey"]


def test_one_row_on_both_servers(asked: list[tuple[str, str]]) -> None:
    """--only picks a row, and --server both runs it on each."""
    assert command.main(["--only", "F2", "--server", "both"]) == 0
    assert asked == [("F2", "redis"), ("F2", "valkey")]


@pytest.mark.parametrize("arguments", [["--only", "F999"], ["--server", "oracle"], ["--seed", "x"]])
def test_a_mistake_is_told_in_a_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A row, a server or a seed that does not exist ends with 2 and the word in question."""
    with pytest.raises(SystemExit, match="2"):
        command.main(arguments)
    assert arguments[1] in capsys.readouterr().err.splitlines()[-1]


def test_ours_alone(capfd: pytest.CaptureFixture[str]) -> None:
    """--ours leaves the rival out; a table without it is not kept."""
    assert command.main(["--quick", "--ours", "--only", "F24n", "--seed", "1"]) == 0
    assert "F24n" in (told := capfd.readouterr()).out
    assert "stock Huey, " not in told.err
    with pytest.raises(SystemExit, match="2"):
        command.main(["--ours", "--write"])


def test_a_failure_names_row_and_violation(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A broken promise ends with 1, and tells the row, the server, the seed, the line, and the folder that is kept."""
    monkeypatch.setattr(schedule, "run", lambda *_: [FAILED])
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert command.main(["--only", "F1"]) == 1
    told = capsys.readouterr().err
    assert "F1 on redis failed, seed 7: a fault\n  I1: order 7 is ready\n" in told
    assert Path(told.split()[-1]).parent == tmp_path
