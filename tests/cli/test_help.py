import subprocess
import sys
from pathlib import Path

import pytest

from jobdefs.runtime.exits import MEANINGS, Exit
from tests.cli.conftest import Jobs

COMMANDS = [
    "up",
    "demo",
    "serve",
    "work",
    "enqueue",
    "cancel",
    "replay",
    "show",
    "list",
    "queues",
    "preflight",
    "definitions",
    "schema",
]


def test_help_names_every_command_and_every_exit_code(alone: Jobs) -> None:
    """`jobs --help` is enough to find every command and to read every exit code."""
    done = alone("--help")

    assert done.code == 0
    assert [command for command in COMMANDS if f"    {command}" not in done.out] == []
    assert [code for code, meaning in MEANINGS.items() if f"  {code.value}  {meaning}" not in done.out] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(alone: Jobs, command: str) -> None:
    """Each command has a help page of its own."""
    done = alone(command, "--help")

    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"usage: aiohttp-huey {command}")


def test_help_loads_nothing_slow() -> None:
    """`jobs --help` answers without importing servers, clients or the queue."""
    source = """
import sys
from service.cli import main
try:
    main(["--help"])
except SystemExit:
    print(sorted({"aiohttp", "redis", "huey", "cattrs", "orjson", "loguru", "asyncio"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "the following arguments are required: COMMAND"),
        ("frobnicate", "invalid choice: 'frobnicate'"),
        ("show", "the following arguments are required: ID"),
        ("list --state asleep", "argument --state: invalid choice: 'asleep'"),
        ("list --limit 0", "argument --limit: '0' is not a whole number of 1 or more"),
        ("list --limit ²", "argument --limit: '²' is not a whole number of 1 or more"),
        ("up --port ²", "argument --port: '²' is not a port from 0 to 65535"),
        ("up --port 70000", "argument --port: '70000' is not a port from 0 to 65535"),
        ("up -k greenlet", "argument -k: invalid choice: 'greenlet'"),
        ("enqueue TEST_JOB {} --delay soon", "argument --delay: 'soon' is not a number of seconds"),
        ("enqueue TEST_JOB {} --delay=-1", "argument --delay: '-1' is not a number of seconds"),
        ("enqueue TEST_JOB {} --at noon", "argument --at: 'noon' is not a moment with a time zone, for example 2030-"),
        (
            "enqueue TEST_JOB {} --at 2030-01-01T12:00:00",
            "argument --at: '2030-01-01T12:00:00' is not a moment with a time zone, for example 2030-01-01T12:00:00Z",
        ),
        (
            "enqueue TEST_JOB {} --at 2030-01-01T12:00:00Z --delay 0",
            "argument --delay: not allowed with argument --at",
        ),
        ("enqueue TEST_JOB {} --attempts 0", "argument --attempts: '0' is not a whole number of 1 or more"),
        ("enqueue TEST_JOB {} --expires-in=-1", "argument --expires-in: '-1' is not a number of seconds"),
        (
            "enqueue TEST_JOB {} --delay 1e300",
            "argument --delay: '1e300' is not a number of seconds, at most those of ten",
        ),
    ],
)
def test_a_wrong_command_line_is_told_in_one_sentence(alone: Jobs, line: str, said: str) -> None:
    """A wrong command line ends with 2, the usage and what is wrong."""
    done = alone(*line.split())

    assert done.code == 2
    assert done.err.startswith("usage: aiohttp-huey")
    assert said in done.err


def test_work_hands_its_arguments_to_huey_consumer(alone: Jobs) -> None:
    """`aiohttp-huey work` takes huey_consumer's options, all of them."""
    done = alone("work", "-w", "many")

    assert done.code == 2
    assert "option -w: invalid integer value: 'many'" in done.err


@pytest.mark.parametrize("option", [("-l", "{}"), ("-n", "-l{}"), ("--logfile", "{}"), ("-w", "2", "--logfile={}")])
def test_work_refuses_a_log_that_cannot_be_written(alone: Jobs, tmp_path: Path, option: tuple[str, ...]) -> None:
    """A log file in a folder that is not there is told in one line, before anything starts."""
    log = tmp_path / "nowhere" / "log"
    done = alone("work", *(word.format(log) for word in option))

    assert done.code == Exit.SETTINGS
    reason = "the log cannot be written: No such file or directory; name another file"
    assert done.err == f"aiohttp-huey: -l {log}: {reason}\n"
