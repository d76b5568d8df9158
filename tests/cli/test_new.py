"""`aiohttp-huey new` writes a definition, its handler and a test of both."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Jobs

JOBS = '''\
"""What the shop does."""

from attrs import frozen
from jobdefs import RetryPolicy

ONCE = RetryPolicy(attempts=1)
'''
HANDLERS = """\
from consumer import handles

from shop.jobs import (
    ONCE,
)


def once() -> object:
    return ONCE
"""


def source(directory: Path) -> dict[str, str]:
    """Return every Python file below a directory."""
    return {path.relative_to(directory).as_posix(): path.read_text() for path in directory.rglob("*.py")}


def outcome(directory: Path, *arguments: str) -> str:
    """Run the tests of a project by themselves, without any setting, and return what pytest says."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "consumer.testing.plugin",
        *arguments,
    ]
    alone = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, cwd=directory, env=alone, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_first_job(alone: Jobs, tmp_path: Path) -> None:
    """In an empty folder it makes a package; what it has written is a job whose tests pass as they are."""
    done = alone("new", "SEND_EMAIL", "--queue", "mail")
    assert (done.code, done.err) == (0, "")
    written = source(tmp_path)
    [package] = [path.partition("/")[0] for path in written if path.endswith("jobs.py")]
    assert sorted(written) == sorted(
        [f"{package}/__init__.py", f"{package}/handlers.py", f"{package}/jobs.py", "tests/test_send_email.py"]
    )
    assert '@define("SEND_EMAIL", queue="mail")\n@attrs.frozen\nclass SendEmail:' in written[f"{package}/jobs.py"]
    assert "2 passed" in outcome(tmp_path)


def test_it_says_what_is_next(alone: Jobs) -> None:
    """It names the files, what to export, and commands that show the new job at work."""
    lines = alone("new", "SEND_EMAIL", "--package", "shop.mail", JOBS_MODULES="crm.jobs").out.splitlines()
    assert lines[:4] == ["wrote", "  shop/mail/jobs.py", "  shop/mail/handlers.py", "  tests/test_send_email.py"]
    assert lines[4:8] == [
        "",
        "next",
        "  export JOBS_MODULES=crm.jobs,shop.mail.jobs JOBS_HANDLERS=shop.mail.handlers",
        "  python -m pytest tests/test_send_email.py",
    ]
    assert lines[8].endswith("aiohttp-huey up")
    assert """aiohttp-huey enqueue SEND_EMAIL '{"message": "hello"}' --wait 10""" in lines[9]


def test_next_job(alone: Jobs, tmp_path: Path) -> None:
    """In the only package there is, it adds to what is there: every line stays, and imports come where they belong."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "jobs.py").write_text(JOBS)
    (tmp_path / "shop" / "handlers.py").write_text(HANDLERS)
    for name in ("SEND_EMAIL", "resize.image"):
        assert alone("new", name).code == 0
    assert "from attrs import frozen\nfrom jobdefs import RetryPolicy, define\nimport attrs\n\nONCE" in (
        (tmp_path / "shop" / "jobs.py").read_text()
    )
    handlers = (tmp_path / "shop" / "handlers.py").read_text()
    assert handlers.startswith(
        "from consumer import handles\n\nfrom shop.jobs import ONCE, ResizeImage, SendEmail\n\n\ndef once()"
    )
    assert "async def resize_image(job: ResizeImage)" in handlers
    assert "4 passed" in outcome(tmp_path)


def test_bare_modules(alone: Jobs, tmp_path: Path) -> None:
    """Imports go below the comments that begin a file, and apart from the code."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "jobs.py").write_text("#!/usr/bin/python\nclass Cart: ...\n")
    assert alone("new", "SEND_EMAIL").code == 0
    assert (
        (tmp_path / "shop" / "jobs.py")
        .read_text()
        .startswith("#!/usr/bin/python\n\nimport attrs\nfrom jobdefs import define\n\n\nclass Cart: ...\n\n\n@define(")
    )
    assert "2 passed" in outcome(tmp_path)


def test_packages_of_definitions(alone: Jobs, tmp_path: Path) -> None:
    """Where definitions have a folder, a new one gets a module in it."""
    for folder in ("jobs", "handlers"):
        (tmp_path / "src" / "shop" / folder).mkdir(parents=True)
        (tmp_path / "src" / "shop" / folder / "__init__.py").write_text("")
    (tmp_path / "src" / "shop" / "__init__.py").write_text("")
    done = alone("new", "SEND_EMAIL", JOBS_MODULES="shop.jobs", JOBS_HANDLERS="shop")
    assert "  src/shop/jobs/send_email.py\n  src/shop/handlers/send_email.py\n" in done.out
    assert "next\n  export PYTHONPATH=src\n" in done.out
    assert "2 passed" in outcome(tmp_path, "-o", "pythonpath=src")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["1ST"], "NAME: must start with a letter and have at most 64 of A-Z a-z 0-9 _ . -."),
        (["TEST_JOB"], "NAME: TEST_JOB is defined already, by jobdefs.jobs.proof.TestJob."),
        (
            ["A", "--package", "crm", "--queue", "Mail"],
            "--queue: must be lower case: a-z 0-9 first, then also _ . -, at most 64.",
        ),
        (["A", "--package", "my-app"], "--package: 'my-app' is no name of a package, such as myapp or myapp.mail."),
        (["A", "--package", "email"], "--package: email is another module already, which this package would hide;"),
        (["A"], "--package: there are several packages here, so name one of crm, shop."),
        (["ONCE", "--package", "crm"], "NAME: crm/jobs.py speaks of 'ONCE' already; choose another name."),
        (["send", "--package", "crm"], "NAME: crm/jobs.py has a Send already; choose another name or --package."),
        (["run", "--package", "crm"], "NAME: crm/handlers.py has a run already; choose another name or --package."),
        (["tried", "--package", "crm"], "NAME: tests/test_tried.py is there already; choose another name or --tests."),
        (["A", "--package", "odd"], "NAME: odd/jobs.py has another define than `from jobdefs import define`; choose"),
        (["A", "--package", "torn"], "NAME: torn/jobs.py cannot be added to: '(' was never closed"),
        (["A", "--tests", "crm/jobs.py", "--package", "crm"], "NAME: crm/jobs.py/test_a.py cannot be written: "),
    ],
)
def test_what_it_refuses(alone: Jobs, tmp_path: Path, arguments: list[str], reason: str) -> None:
    """It overwrites nothing, and hides nothing: it says in a line what is in the way."""
    texts = {
        "crm/jobs.py": "class Send: ...\nNAMES = ['ONCE']\n",
        "crm/handlers.py": "def run(): ...\n",
        "shop/jobs.py": "",
        "tests/test_tried.py": "",
    }
    odd = {"odd/jobs.py": "from attrs import define\n"} if "odd" in arguments else {}
    torn = {"torn/jobs.py": "print(\n"} if "torn" in arguments else {}
    for name, text in (texts | odd | torn).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    before = source(tmp_path)
    done = alone("new", *arguments)
    assert (done.code, done.out) == (7, "")
    assert done.err.startswith(f"aiohttp-huey: {reason}")
    assert source(tmp_path) == before
