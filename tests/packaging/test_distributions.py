"""Builds the wheel and the sdist, without the network, and looks into them."""

import configparser
import subprocess
import sys
import tarfile
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {"jobdefs", "service", "consumer"}
ALWAYS_IN_SDISTS = {".gitignore", "PKG-INFO", "pyproject.toml"}
SOURCES = {
    *(
        ".ci",
        ".python-version",
        "CHANGELOG.md",
        "LICENSE",
        "README.md",
        "constraints.txt",
        "dev.py",
        "jobdefs.lock.json",
    ),
    "tox.ini",
    *("bench", "deploy", "docs", "faults", "models", "mutation", "stubs", "tests"),
}


def build(target: str, source: Path, destination: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(destination)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (built,) = destination.iterdir()
    return built


def names_in_wheel(path: Path) -> set[str]:
    with zipfile.ZipFile(path) as wheel:
        return set(wheel.namelist())


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def sdist(tmp_path_factory):
    """The sdist, unpacked."""
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(build("sdist", ROOT, tmp_path_factory.mktemp("sdist"))) as archive:
        # Pythons before 3.11.4 have no filter, and 3.12 warns without one.
        archive.extraction_filter = getattr(tarfile, "data_filter", None)
        archive.extractall(folder)  # noqa: S202 - we have built it ourselves
    return next(folder.iterdir())


def test_wheel_holds_the_three_packages_and_nothing_else(wheel):
    """A wheel installs jobdefs, service and consumer: no tests, benchmarks or units."""
    tops = {name.split("/")[0] for name in names_in_wheel(wheel)}
    assert {top for top in tops if not top.endswith(".dist-info")} == PACKAGES
    assert len(tops) == len(PACKAGES) + 1


def test_wheel_holds_every_file_of_the_packages(wheel):
    """Scripts, the written form's description and the typing markers are installed with the code."""
    files = {path.relative_to(ROOT) for package in PACKAGES for path in (ROOT / package).rglob("*") if path.is_file()}
    expected = {path.as_posix() for path in files if "__pycache__" not in path.parts}
    assert {name for name in names_in_wheel(wheel) if ".dist-info/" not in name} == expected
    assert {f"{package}/py.typed" for package in PACKAGES} < expected
    assert {"jobdefs/wire/FORMAT.md", "jobdefs/storage/lua/submit.lua"} < expected


def test_wheel_says_what_it_is(wheel):
    """Installing the wheel gives the command by both its names, on Python 3.11 and newer, under the MIT license."""
    with zipfile.ZipFile(wheel) as archive:
        texts = {Path(name).name: archive.read(name).decode() for name in archive.namelist() if ".dist-info/" in name}
    metadata = Parser().parsestr(texts["METADATA"])
    assert (metadata["Name"], metadata["Requires-Python"], metadata["License-Expression"]) == (
        "aiohttp-huey",
        ">=3.11",
        "MIT",
    )
    assert set(metadata.get_all("Provides-Extra", [])) == {"embedded", "uvloop"}
    scripts = configparser.ConfigParser()
    scripts.read_string(texts["entry_points.txt"])
    assert dict(scripts["console_scripts"]) == dict.fromkeys(["aiohttp-huey", "jobs"], "service.cli:main")


def test_sdist_holds_the_sources_and_nothing_else(sdist):
    """An sdist holds what is needed to test, measure and deploy, and nothing that merely lay about."""
    present = {name for name in SOURCES if (ROOT / name).exists()}
    assert {path.name for path in sdist.iterdir()} == PACKAGES | present | ALWAYS_IN_SDISTS
    cruft = {"__pycache__", ".git", ".tox", ".venv", ".mypy_cache", ".pytest_cache", ".ruff_cache"}
    assert not [path for path in sdist.rglob("*") if path.name in cruft]


def test_sdist_suffices_to_build_the_wheel(sdist, wheel, tmp_path):
    """A wheel built from the sdist holds the same files as one built from the repository."""
    assert names_in_wheel(build("wheel", sdist, tmp_path)) == names_in_wheel(wheel)
