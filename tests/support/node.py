"""Node, and the producer's folder with what npm installs into it, kept from one run of the tests to the next."""

import fcntl
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final, NoReturn

import attrs
import pytest

ROOT: Final = Path(__file__).parents[2]
PRODUCERS: Final = ROOT / "docs" / "producers"
PROGRAMS: Final = ROOT / "tests" / "producers"
_INSTALL: Final = ("npm", "install", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund")


@attrs.frozen
class Node:
    """Node in a folder that has the producers as a user has them, and the programs of the tests beside them."""

    place: Path

    def run(self, program: str, *arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a program to its end."""
        return subprocess.run(
            ["node", self.place / program, *map(str, arguments)],
            capture_output=True,
            text=True,
            env=os.environ | variables,
            timeout=50,
            check=False,
        )

    def told(self, program: str, *arguments: object) -> Any:
        """Run a program, and return the JSON that it printed."""
        done = self.run(program, *arguments)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


def installed(place: Path) -> Node:
    """Return Node with the producer's packages; where there is none the test fails in CI and is skipped elsewhere."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            missing(f"no {program} here: apt-get install nodejs npm")
    wanted = (PRODUCERS / "node" / "package.json").read_text()
    stamp = place / "installed.json"
    # The tests of several files may want it at the same time.
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        shutil.copytree(PRODUCERS, place, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules"))
        for source in PROGRAMS.glob("*.mjs"):
            shutil.copy(source, place)
        if not stamp.exists() or stamp.read_text() != wanted:
            _install(place / "node")
            _link(place)
            stamp.write_text(wanted)
    return Node(place)


def missing(why: str) -> NoReturn:
    """End a test that lacks something: it fails in CI and is skipped elsewhere."""
    (pytest.fail if os.environ.get("CI") else pytest.skip)(why)
    raise AssertionError


def _install(folder: Path) -> None:
    done = subprocess.run(_INSTALL, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        missing(f"npm cannot install what the producer needs: {done.stderr.strip()[-500:]}")


def _link(place: Path) -> None:
    # The programs of the tests stand beside the producer's folder, and import the same packages.
    packages = place / "node_modules"
    if not packages.exists():
        packages.symlink_to(place / "node" / "node_modules")
