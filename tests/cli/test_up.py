import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import COMMAND, Jobs, Running, alive
from tests.support.waiting import eventually

SLOW_JOB = """
import attrs
from jobdefs import define

@define("SLOW")
@attrs.frozen
class Slow:
    pass
"""
SLOW_HANDLER = """
import threading
from consumer import handles
from slow_job import Slow

@handles(Slow)
def slow(job, context):
    print("slow began", flush=True)
    while True:
        threading.Event().wait(0.05)
"""


@pytest.fixture
def up(alone: Jobs) -> Running:
    """`aiohttp-huey up` on a free port, ready."""
    running = alone.start("up", "--port", "0")
    running.says("Up and ready")
    return running


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that something else listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def process(directory: Path, part: str) -> int:
    """Return the one process whose command line holds the part."""
    (pid,) = [pid for pid in alive(directory) if part in Path(f"/proc/{pid}/cmdline").read_text()]
    return pid


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_up_ends_in_order_and_leaves_nothing_running(up: Running, tmp_path: Path, number: signal.Signals) -> None:
    """Ctrl-C, SIGTERM and a closed terminal stop service, consumer and server; the exit code is 0."""
    assert len(alive(tmp_path)) == 4

    assert up.ends(number) == 0
    assert alive(tmp_path) == []
    assert up.out.read_text().endswith("stopped\n")
    assert not (tmp_path / "state" / "address").exists()


def test_a_killed_up_leaves_nothing_running(up: Running, tmp_path: Path) -> None:
    """Even when `aiohttp-huey up` is killed, its children end."""
    up.ends(signal.SIGKILL)

    eventually(lambda: alive(tmp_path) == [], 30, "the end of every child")


def test_a_second_terminal_finds_the_private_server(up: Running, alone: Jobs) -> None:
    """While `aiohttp-huey up` runs, other commands find its server, and its consumer runs what they enqueue."""
    done = alone("enqueue", "TEST_JOB", '{"message": "from next door"}', "--wait", "20")

    assert (done.code, done.err) == (0, "")
    assert "state     succeeded\n" in done.out
    up.ends(signal.SIGINT)


def test_what_was_enqueued_outlives_a_restart(alone: Jobs) -> None:
    """The private server keeps its data: a job waits for the next `aiohttp-huey up`."""
    first = alone.start("up", "--port", "0")
    first.says("Up and ready")
    alone("enqueue", "TEST_JOB", '{"message": "later"}', "--delay", "600", "--id", "kept")
    first.ends(signal.SIGKILL)
    second = alone.start("up", "--port", "0")
    second.says("Up and ready")

    assert "state     scheduled\n" in alone("show", "kept").out
    assert second.ends(signal.SIGINT) == 0


@pytest.mark.parametrize(
    ("part", "name", "code"),
    [("huey_consumer", "consumer", 1), ("-m\0service", "service", 1), ("unixsocket", "private server", 1)],
)
def test_when_one_dies_the_rest_is_stopped(up: Running, tmp_path: Path, part: str, name: str, code: int) -> None:
    """If a child ends by itself the others are stopped, a line names it, and the exit code is not 0."""
    os.kill(process(tmp_path, part), signal.SIGKILL)

    assert up.ends() == code
    assert f"aiohttp-huey: the {name} " in up.out.read_text()
    assert alive(tmp_path) == []


def test_the_exit_code_of_a_child_is_handed_on(alone: Jobs, tmp_path: Path) -> None:
    """A consumer that refuses its settings says so itself, and `aiohttp-huey up` ends with its exit code."""
    done = alone("up", "--port", "0", JOBS_QUEUES="NOT A QUEUE")

    assert done.code == 3
    assert "consumer | " in done.err
    assert "JOBS_QUEUES" in done.err
    assert done.err.splitlines()[-1].startswith("aiohttp-huey: the consumer ended with exit code 3")
    assert alive(tmp_path) == []


def test_a_taken_port_is_told_before_anything_starts(alone: Jobs, tmp_path: Path, taken: int) -> None:
    """A port in use is one line, and nothing has been started or made."""
    done = alone("up", "--port", str(taken))

    assert (done.code, done.out) == (3, "")
    assert done.err == (
        f"aiohttp-huey: 127.0.0.1 port {taken} cannot be used: Address already in use;"
        " stop what uses it, or give another one: --port\n"
    )
    assert not (tmp_path / "state").exists()


def test_a_second_up_is_told_of_the_first(up: Running, alone: Jobs, tmp_path: Path) -> None:
    """Two private servers never share a state directory."""
    done = alone("up", "--port", "0")

    assert (done.code, done.err.count("\n")) == (3, 1)
    assert f"already uses {tmp_path / 'state'}: " in done.err
    up.ends(signal.SIGINT)


def test_up_ends_in_order_when_nobody_reads_any_more(alone: Jobs, tmp_path: Path) -> None:
    """`aiohttp-huey up | head -1` stops everything too."""
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [COMMAND, "up", "--port", "0"], stdout=writer, stderr=writer, env=alone.environment, cwd=tmp_path, check=False
    )
    os.close(writer)

    assert done.returncode == 141
    assert alive(tmp_path) == []


def test_up_uses_the_server_that_redis_url_names(jobs: Jobs, redis_url: str, tmp_path: Path) -> None:
    """With REDIS_URL set no private server is started."""
    running = jobs.start("up", "--port", "0")

    assert f"  store    {redis_url}\n" in running.says("Up and ready")
    assert len(alive(tmp_path)) == 3
    assert running.ends(signal.SIGINT) == 0


@pytest.mark.parametrize("kind", ["thread", "process"])
def test_a_second_interrupt_does_not_wait_for_handlers(alone: Jobs, tmp_path: Path, kind: str) -> None:
    """While a handler drains `aiohttp-huey up` says what it waits for; a second Ctrl-C interrupts it."""
    (tmp_path / "slow_job.py").write_text(SLOW_JOB)
    (tmp_path / "slow_handler.py").write_text(SLOW_HANDLER)
    own = {"JOBS_MODULES": "slow_job", "JOBS_HANDLERS": "slow_handler"}
    running = alone.start("up", "--port", "0", "-k", kind, **own)
    running.says("Up and ready")
    assert alone("enqueue", "SLOW", "{}", **own).code == 0
    running.says("slow began")
    running.process.send_signal(signal.SIGINT)
    running.says("waiting for the consumer to finish what it runs; Ctrl-C interrupts it (1 s)")

    assert running.ends(signal.SIGINT) == 0
    assert alive(tmp_path) == []
