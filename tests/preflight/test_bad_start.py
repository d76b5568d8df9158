"""What a preflight that cannot be made says: one line that names the fault, and an exit code of its kind."""

import pytest

from jobdefs.runtime.exits import Exit
from tests.preflight.conftest import NEWER, Preflight
from tests.support.stage import Stage


@pytest.mark.parametrize(
    ("variables", "code", "said"),
    [
        ({"REDIS_URL": "unix:///nonexistent"}, Exit.UNAVAILABLE, "unix:///nonexistent"),
        ({"REDIS_URL": "http://x"}, Exit.SETTINGS, "REDIS_URL: it begins with none of redis://"),
        ({"JOBS_LEASE": "soon"}, Exit.SETTINGS, "JOBS_LEASE"),
        ({"JOBS_MODULES": "nowhere.jobs"}, Exit.SETTINGS, "nowhere"),
        ({"JOBS_HANDLERS": ""}, Exit.SETTINGS, f"no handler for CHANGED ({NEWER}.Changed)"),
    ],
)
def test_one_line_tells(preflight: Preflight, variables: dict[str, str], code: Exit, said: str) -> None:
    """A build that could not start, and a server that does not answer, are told in one line, without a traceback."""
    done = preflight(**variables)
    assert (done.code, done.out) == (code, "")
    [line] = done.err.splitlines()
    assert line.startswith("preflight: ")
    assert said in line


def test_a_newer_key_space(stage: Stage, preflight: Preflight) -> None:
    """A key space that this build does not know is told as a consumer would tell it."""
    stage.client.hset(stage.key("meta"), "schema", 3)
    done = preflight()
    assert done.code == Exit.UNSUITABLE
    assert "has version 3 of the key space, and this program knows none above 2" in done.err


def test_an_older_key_space(stage: Stage, preflight: Preflight) -> None:
    """A key space that this build carries over when it starts is looked at all the same, and said to be older."""
    stage.submit("a", name="KEPT")
    stage.client.hset(stage.key("meta"), "schema", 1)
    done = preflight()
    assert done.code == Exit.OK
    assert done.out.startswith("the key space is of an older version: stop the old programs before")


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--sample=0", "argument --sample: '0' is not a whole"),
        ("--sample=²", "argument --sample: '²' is not a whole"),
        ("--state=asleep", "invalid choice"),
    ],
)
def test_a_wrong_command_line(preflight: Preflight, option: str, said: str) -> None:
    """A wrong command line ends with 2, the usage and what is wrong."""
    done = preflight(option)
    assert done.code == Exit.USAGE
    assert done.err.startswith("usage: aiohttp-huey preflight")
    assert said in done.err
