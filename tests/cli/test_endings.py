import os
import subprocess

import pytest

from tests.cli.conftest import COMMAND, Jobs


@pytest.mark.parametrize(
    ("url", "code", "said"),
    [
        ("nonsense", 3, "aiohttp-huey: REDIS_URL: it begins with none of redis://, rediss:// and unix://"),
        (
            "redis://:secret@127.0.0.1:1/0",
            4,
            "aiohttp-huey: The server at redis://:***@127.0.0.1:1/0 cannot be reached",
        ),
        ("unix:///nowhere/socket", 4, "aiohttp-huey: The server at unix:///nowhere/socket cannot be reached"),
    ],
)
@pytest.mark.parametrize("command", ["list", "up", "demo"])
def test_a_store_that_cannot_be_used_is_told_in_one_line(
    alone: Jobs, command: str, url: str, code: int, said: str
) -> None:
    """A wrong or silent REDIS_URL gives one line, an exit code, and never the password."""
    done = alone(command, REDIS_URL=url, **({} if command == "list" else {"JOBS_PORT": "0"}))

    assert (done.code, done.err.count("\n")) == (code, 1)
    assert done.err.startswith(said)
    assert "secret" not in done.out + done.err


def test_without_any_server_the_way_to_one_is_told(alone: Jobs) -> None:
    """Where nothing runs, the message says what to do."""
    done = alone("list")
    if done.code == 0:
        pytest.skip("a server runs at the usual local address")

    assert done.code == 4
    assert done.err.partition("Or start everything here: ")[2] in {"aiohttp-huey up.\n", f"{COMMAND} up.\n"}


def test_every_wrong_setting_is_told(alone: Jobs) -> None:
    """Settings that are wrong are told one per line."""
    done = alone("up", JOBS_PORT="many", JOBS_LOG_LEVEL="LOUD")

    assert done.code == 3
    assert [line.split(":")[1].strip() for line in done.err.splitlines()] == ["JOBS_LOG_LEVEL", "JOBS_PORT"]


def test_a_module_that_cannot_be_imported_is_told(jobs: Jobs) -> None:
    """A typing error in JOBS_MODULES names the module."""
    done = jobs("definitions", JOBS_MODULES="no.such.module")

    assert (done.code, done.err.count("\n")) == (3, 1)
    assert "'no.such.module' cannot be imported" in done.err


def test_a_reader_that_leaves_is_no_error(jobs: Jobs) -> None:
    """`aiohttp-huey definitions | head -0` ends quietly."""
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [COMMAND, "definitions"], stdout=writer, stderr=subprocess.PIPE, env=jobs.environment, check=False
    )
    os.close(writer)

    assert (done.returncode, done.stderr) == (141, b"")


def test_letters_that_the_terminal_has_not_are_escaped(jobs: Jobs) -> None:
    """An old terminal's encoding breaks no output."""
    jobs("enqueue", "TEST_JOB", '{"message": "日"}', "--id", "wide")

    assert '"message": "\\u65e5"' in jobs("show", "wide", PYTHONIOENCODING="ascii").out
