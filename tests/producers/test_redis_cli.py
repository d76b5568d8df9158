"""The producer that needs nothing but redis-cli."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from jobdefs import State
from tests.support.jobs import Jobs
from tests.support.node import PRODUCERS, missing
from tests.support.servers import RealServer, running

SCRIPT = PRODUCERS / "redis-cli" / "enqueue.sh"
UNREADABLE = "the name, id, queue, priority or delay cannot be read; nothing was put in"
Enqueue = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def enqueue(redis_url: str) -> Enqueue:
    """Run the script."""
    if shutil.which("redis-cli") is None:
        missing("no redis-cli here: apt-get install redis-tools")

    def run(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        given = os.environ | {"REDIS_URL": redis_url} | variables
        return subprocess.run(["sh", SCRIPT, *arguments], env=given, capture_output=True, text=True, check=False)

    return run


def test_a_job_is_run(enqueue: Enqueue, jobs: Jobs) -> None:
    """A job that redis-cli puts in runs like any other, once, whatever its payload holds."""
    payload = '{"parcel":"é \\"x\\" \\\\","places":[1.5,-2]}'
    done = enqueue("TRACK", payload, "a")
    assert (done.returncode, done.stdout, done.stderr) == (0, "created ready a\n", "")
    assert b'"parcel":"\xc3\xa9 \\"x\\" \\\\"' in (jobs.ended("a").result or b"")
    assert enqueue("TRACK", payload, "a").stdout == "existing succeeded a\n"


def test_an_id_of_its_own(enqueue: Enqueue) -> None:
    """Without an id the script makes one: 32 hexadecimal digits, other ones each time."""
    ids = {enqueue("TRACK", '{"parcel":"a"}').stdout.removeprefix("created ready ") for _ in range(3)}
    assert len(ids) == 3
    assert all(len(job_id.strip()) == 32 and int(job_id, 16) for job_id in ids)


def test_how_a_job_is_treated(enqueue: Enqueue, jobs: Jobs) -> None:
    """Queue, priority, delay and the payload's version are told by the environment."""
    done = enqueue("TRACK", '{"parcel":"a"}', "a", QUEUE="later", PRIORITY="7", DELAY_MS="60000", VERSION="2")
    job = jobs.find("a")
    assert job is not None
    assert job.envelope is not None
    assert (done.stdout, job.state) == ("created scheduled a\n", State.SCHEDULED)
    assert (job.queue, job.priority, job.envelope.version) == ("later", 7, 2)


@pytest.mark.parametrize(
    ("arguments", "variables", "said"),
    [
        (('TRA"CK', "{}", "a"), {}, f"{UNREADABLE}; the job is a"),
        (("TRACK", "{}", "a"), {"QUEUE": "Later"}, f"{UNREADABLE}; the job is a"),
        (("TRACK", "{}", "a"), {"VERSION": "two"}, "VERSION, PRIORITY and DELAY_MS are whole numbers; the job is a"),
        (("TRACK", "{}", "a"), {"REDIS_URL": "redis://127.0.0.1:1/0"}, "the server does not answer; the job is a"),
    ],
)
def test_what_goes_wrong(enqueue: Enqueue, arguments: tuple[str, ...], variables: dict[str, str], said: str) -> None:
    """What is not put in ends with 1, and with the id under which it can be sent again."""
    done = enqueue(*arguments, **variables)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1] == f"enqueue.sh: {said}"


@pytest.mark.parametrize("account", ["default:{}@{}", ":{}@{}", "j%C3%B6e:{}@{}", "{1}?db=0&password={0}"])
def test_a_password(enqueue: Enqueue, tmp_path: Path, account: str) -> None:
    """A password, whatever is in it, opens the server, and never stands among the words of a command."""
    with running("valkey") as server, server.client() as client:
        client.acl_setuser("jöe", enabled=True, passwords=["+s€cret%@:/"], keys=["*"], commands=["+@all"])
        client.config_set("requirepass", "s€cret%@:/")
        spy = tmp_path / "redis-cli"
        spy.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/words\nexec {shutil.which("redis-cli")} "$@"\n')
        spy.chmod(0o755)
        url = "unix://" + account.format(quote("s€cret%@:/", safe=""), server.url.removeprefix("unix://"))
        done = enqueue("TRACK", "{}", "a", REDIS_URL=url, PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert (done.returncode, done.stdout) == (0, "created ready a\n"), done.stderr
    assert "cret" not in (tmp_path / "words").read_text()


def test_a_full_server(enqueue: Enqueue) -> None:
    """A server without memory takes nothing, and the script says so."""
    with running("valkey", "--maxmemory", "1") as server:
        done = enqueue("TRACK", "{}", "a", REDIS_URL=server.url)
    assert done.returncode == 1
    assert "OOM" in done.stderr


def test_another_key_space(enqueue: Enqueue, valkey_server: RealServer) -> None:
    """A key space of another version is left alone."""
    with valkey_server.client() as client:
        client.hset("{jobs}:meta", "schema", "3")
    assert enqueue("TRACK", "{}", "a").stderr == (
        "enqueue.sh: the key space has version 3, and this script writes 2; the job is a\n"
    )


def test_usage(enqueue: Enqueue) -> None:
    """Without arguments the script says how it is called."""
    done = enqueue()
    assert (done.returncode, done.stderr) == (2, "usage: enqueue.sh NAME JSON [ID]\n")
