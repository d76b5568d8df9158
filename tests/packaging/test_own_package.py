"""A distribution of somebody else's that brings definitions and handlers, built and installed as README.md says."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.consumers import consuming
from tests.support.document import blocks

ROOT = Path(__file__).parents[2]
COMMAND = Path(sys.executable).with_name("aiohttp-huey")
PROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "myapp"
version = "1.0"
dependencies = ["aiohttp-huey"]

"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of installed distributions with the one of README.md in it."""
    project, wheels, site = (tmp_path_factory.mktemp(name) for name in ("project", "wheels", "site"))
    [announced] = [block.text for block in blocks(ROOT / "README.md") if block.language == "toml"]
    (project / "pyproject.toml").write_text(PROJECT + announced)
    (project / "myapp").mkdir()
    (project / "myapp" / "__init__.py").touch()
    for block in blocks(ROOT / "README.md"):
        if block.text.startswith(("# myapp/jobs.py", "# myapp/handlers.py")):
            (project / block.text.partition("\n")[0].removeprefix("# ")).write_text(block.text)
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(wheels)]
    subprocess.run(build, cwd=project, check=True, capture_output=True)
    with zipfile.ZipFile(next(wheels.iterdir())) as wheel:
        wheel.extractall(site)
    return site


def test_nothing_has_to_be_set(installed: Path, redis_url: str, tmp_path: Path) -> None:
    """Both programs find what an installed distribution announces: its job is enqueued and run without any setting."""
    environment = {"PATH": os.environ["PATH"], "REDIS_URL": redis_url, "PYTHONPATH": str(installed)}
    payload = '{"to": "ada@example.org", "subject": "Hello"}'
    with consuming(redis_url, PYTHONPATH=str(installed), JOBS_MODULES="", JOBS_HANDLERS=""):
        done = subprocess.run(
            [COMMAND, "enqueue", "SEND_EMAIL", payload, "--wait", "20"],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, "")
    assert '"sent_to": "ada@example.org"' in done.stdout


def test_its_tests_need_no_marker(installed: Path, tmp_path: Path) -> None:
    """The fixtures find what is announced, too."""
    (tmp_path / "test_mail.py").write_text(
        "from myapp.jobs import SendEmail\n"
        "def test_mail(sync_jobs):\n"
        "    assert sync_jobs.run(SendEmail('a@b', 'Hello')) == {'sent_to': 'a@b'}\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "consumer.testing.plugin"]
    alone = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(installed), "PATH": os.environ["PATH"]}
    done = subprocess.run(command, cwd=tmp_path, env=alone, capture_output=True, text=True, check=False)
    assert "1 passed" in done.stdout, done.stdout
