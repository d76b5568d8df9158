"""What `aiohttp-huey new` writes is code that a strict project takes as it is."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import checkers

PROGRAMS = Path(sys.executable).parent
RUFF = str(PROGRAMS / "ruff")


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """A new package with two jobs, of which the second was added to the files of the first."""
    for name in ("SEND_EMAIL", "RESIZE_IMAGE"):
        command = [str(PROGRAMS / "aiohttp-huey"), "new", name, "--package", "shop"]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    return sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.py"))


@pytest.mark.timeout(240)
def test_types(files: list[str], tmp_path: Path, place: Path) -> None:
    """Neither type checker has anything against it, however strict."""
    assert len(files) == 5
    assert checkers.mypy(tmp_path, files, place) == []
    assert checkers.pyright(tmp_path, files, place) == []


@pytest.mark.parametrize("command", [["check"], ["check", "--select", "I"], ["format", "--check"]])
def test_style(files: list[str], tmp_path: Path, command: list[str]) -> None:
    """It has the style that ruff wants without any setting, the order of imports included."""
    done = subprocess.run(
        [RUFF, *command, "--isolated", *files], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
