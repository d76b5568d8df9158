"""Type checkers, run over files as a user runs them."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import attrs

_MYPY_ERROR: Final = re.compile(r"^(.+?):(\d+): error: (.*)$", re.MULTILINE)


@attrs.frozen
class Complaint:
    """One error: the line on which it stands, and its text."""

    file: str
    line: int
    text: str = attrs.field(eq=False)


def mypy(directory: Path, files: Sequence[str], cache: Path) -> list[Complaint]:
    """Return what `mypy --strict` finds wrong with files of a directory."""
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(cache), "--no-error-summary", *files]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    assert not done.stderr, done.stderr
    return [Complaint(file, int(line), text) for file, line, text in _MYPY_ERROR.findall(done.stdout)]


def pyright(directory: Path, files: Sequence[str], place: Path) -> list[Complaint]:
    """Return what pyright, in its strict mode, finds wrong with files of a directory."""
    project = place / "pyrightconfig.json"
    settings = {"include": [str(directory / file) for file in files], "typeCheckingMode": "strict"}
    project.write_text(json.dumps(settings | {"extraPaths": [str(directory)], "pythonVersion": "3.11"}))
    command = [str(Path(sys.executable).with_name("basedpyright")), "--outputjson", "--project", str(project)]
    command += ["--pythonpath", sys.executable]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=_without_colours())
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return [_complaint(found, directory) for found in json.loads(done.stdout)["generalDiagnostics"]]


def _complaint(found: dict[str, object], directory: Path) -> Complaint:
    place, span = found["file"], found["range"]
    assert isinstance(place, str)
    assert isinstance(span, dict)
    file = Path(place).relative_to(directory).as_posix()
    return Complaint(file, span["start"]["line"] + 1, f"{found['message']} [{found.get('rule')}]")


def _without_colours() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "FORCE_COLOR"}
