"""What a consumer that cannot start says: one line that names the fault and the remedy, and no traceback."""

import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.consumers import COMMAND, environment
from tests.support.servers import RealServer, running

PASSWORD = "s3cret-w0rd"

JOB = '@define("{name}")\n@attrs.frozen\nclass {cls}:\n    pass\n'
DEFINITIONS = "import attrs\nfrom jobdefs import define\n"
HANDLER = "@handles({cls})\ndef {function}(job):\n    pass\n"
HANDLERS = "from consumer import handles\nfrom bad_jobs import *\n"

Refused = Callable[..., str]


@pytest.fixture
def refused(tmp_path: Path) -> Refused:
    """Start a consumer where user code may lie, and return the one line with which it ends."""

    def start(*options: str, url: str = "unix:///nonexistent", **variables: str) -> str:
        given = environment(url, **{"JOBS_MODULES": "", "JOBS_HANDLERS": ""} | variables)
        done = subprocess.run(
            [*COMMAND, *options], env=given, cwd=tmp_path, capture_output=True, text=True, timeout=20, check=False
        )
        assert done.returncode not in (0, 1, 70)
        assert done.stdout == ""
        [line] = done.stderr.splitlines()
        assert line.startswith("consumer: ")
        assert PASSWORD not in line
        return line

    return start


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], None]:
    """Write a module into the directory in which the consumer starts."""

    def write_module(name: str, source: str) -> None:
        (tmp_path / f"{name}.py").write_text(source)

    return write_module


@pytest.fixture
def web_server() -> Iterator[str]:
    """Something that listens, and speaks HTTP."""

    def answer() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(1024)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer)
        thread.start()
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


@pytest.fixture(scope="module")
def strict_server() -> Iterator[RealServer]:
    """A server with a password, and with an eviction policy that loses jobs."""
    with running("valkey", "--requirepass", PASSWORD, "--maxmemory-policy", "allkeys-lru") as server:
        yield server


def with_password(server: RealServer, password: str) -> str:
    return server.url.replace("unix://", f"unix://:{password}@")


def test_definition_without_handler(refused: Refused, write: Callable[[str, str], None]) -> None:
    """A definition without a handler is named, with where it stands and what to write."""
    write("bad_jobs", DEFINITIONS + JOB.format(name="LONELY", cls="Lonely"))
    line = refused(JOBS_MODULES="bad_jobs")
    assert "no handler for LONELY (bad_jobs.Lonely); write one with @handles" in line


def test_handler_without_definition(refused: Refused, write: Callable[[str, str], None]) -> None:
    """A handler of a class that is not in the catalogue is named, and so is the setting that was forgotten."""
    write("bad_jobs", DEFINITIONS + JOB.format(name="LONELY", cls="Lonely"))
    write("bad_handlers", HANDLERS + HANDLER.format(cls="Lonely", function="run"))
    line = refused(JOBS_HANDLERS="bad_handlers")
    assert "bad_handlers.run handles bad_jobs.Lonely, which is not in the catalogue" in line
    assert "JOBS_MODULES" in line


def test_handler_of_a_class_that_is_no_job(refused: Refused, write: Callable[[str, str], None]) -> None:
    """A handler of a class without @define is named."""
    write("bad_handlers", "from consumer import handles\n" + HANDLER.format(cls="int", function="run"))
    assert "@handles(int): the class is no job; put @define(NAME) above it" in refused(JOBS_HANDLERS="bad_handlers")


def test_two_handlers(refused: Refused, write: Callable[[str, str], None]) -> None:
    """Two handlers of one definition are both named."""
    write("bad_jobs", DEFINITIONS + JOB.format(name="TWICE", cls="Twice"))
    both = HANDLER.format(cls="Twice", function="one") + HANDLER.format(cls="Twice", function="two")
    write("bad_handlers", HANDLERS + both)
    line = refused(JOBS_MODULES="bad_jobs", JOBS_HANDLERS="bad_handlers")
    assert "TWICE has two handlers: bad_handlers.one and bad_handlers.two; remove one" in line


def test_handler_of_another_shape(refused: Refused, write: Callable[[str, str], None]) -> None:
    """A handler that takes neither the payload nor the payload and the context is named."""
    write("bad_jobs", DEFINITIONS + JOB.format(name="ODD", cls="Odd"))
    write("bad_handlers", HANDLERS + "@handles(Odd)\ndef run(a, b, c):\n    pass\n")
    line = refused(JOBS_MODULES="bad_jobs", JOBS_HANDLERS="bad_handlers")
    assert "bad_handlers.run must take the payload, or the payload and the context" in line


def test_handler_that_yields(refused: Refused, write: Callable[[str, str], None]) -> None:
    """A generator is no handler, since nobody would run it to its end."""
    write("bad_jobs", DEFINITIONS + JOB.format(name="ODD", cls="Odd"))
    write("bad_handlers", HANDLERS + "@handles(Odd)\nasync def run(job):\n    yield\n")
    line = refused(JOBS_MODULES="bad_jobs", JOBS_HANDLERS="bad_handlers")
    assert "bad_handlers.run yields; a handler returns its result instead" in line


def test_two_definitions_of_one_name(refused: Refused, write: Callable[[str, str], None]) -> None:
    """Two definitions of one name are both named."""
    write("bad_jobs", DEFINITIONS + JOB.format(name="SAME", cls="One") + JOB.format(name="SAME", cls="Two"))
    line = refused(JOBS_MODULES="bad_jobs")
    assert "two definitions are named 'SAME': bad_jobs.One and bad_jobs.Two; rename one" in line


@pytest.mark.parametrize("variable", ["JOBS_MODULES", "JOBS_HANDLERS"])
def test_module_that_cannot_be_imported(
    refused: Refused, write: Callable[[str, str], None], tmp_path: Path, variable: str
) -> None:
    """A module that cannot be imported is named, with the error and its place."""
    write("broken", "\n1 / 0\n")
    line = refused(**{variable: "broken"})
    place = f"({tmp_path / 'broken.py'}, line 2)"
    assert f"module 'broken' cannot be imported: ZeroDivisionError: division by zero {place}" in line


def test_module_that_is_not_there(refused: Refused) -> None:
    """A module that is not there is named."""
    assert "module 'nowhere' cannot be imported: ModuleNotFoundError" in refused(JOBS_MODULES="nowhere")


def test_field_that_cannot_be_written(refused: Refused, write: Callable[[str, str], None]) -> None:
    """A payload class with a field that has no written form is named with the field."""
    write("bad_jobs", DEFINITIONS + '@define("ODD")\n@attrs.frozen\nclass Odd:\n    thing: complex\n')
    line = refused(JOBS_MODULES="bad_jobs")
    assert all(word in line for word in ("Odd", "thing", "complex"))


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (
            "from_version=2",
            "definition 'OLD': it has version 3, and no upgrade from version 1; write one with @upgrades",
        ),
        ("from_version=3", "@upgrades(Old, from_version=3): OLD has version 3, so from_version must be an integer"),
        ("", "upgrades() missing 1 required keyword-only argument: 'from_version'"),
    ],
)
def test_upgrades_that_make_no_chain(
    refused: Refused, write: Callable[[str, str], None], options: str, reason: str
) -> None:
    """A version without an upgrade that leads on from it is named, and so is an upgrade that leads nowhere."""
    upgrade = f"@upgrades(Old, {options})\ndef upgrade(payload):\n    return payload\n"
    job = '@define("OLD", version=3)\n@attrs.frozen\nclass Old:\n    pass\n'
    write("bad_jobs", DEFINITIONS.replace("define\n", "define, upgrades\n") + job + upgrade)
    assert reason in refused(JOBS_MODULES="bad_jobs")


def test_greenlets(refused: Refused) -> None:
    """Greenlet workers are refused, with what to use instead."""
    assert "-k greenlet is not available" in refused("-k", "greenlet")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("-w", "0"), "-w 0 is not possible: a consumer has 1 worker or more"),
        (("-w", "-2"), "-w -2 is not possible"),
        (("-t", "-1"), "-t -1 is not possible: running jobs may take 0 seconds or more after SIGTERM"),
        (("-t", "nan"), "-t nan is not possible"),
    ],
)
def test_options_out_of_range(refused: Refused, options: tuple[str, ...], reason: str) -> None:
    """An option of huey_consumer that makes no sense is refused with what would."""
    assert reason in refused(*options)


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({"JOBS_LEASE": "soon"}, "JOBS_LEASE: 'soon' is not a number of seconds"),
        ({"JOBS_CONCURRENCY": "0"}, "JOBS_CONCURRENCY: '0' is not between 1 and 10000"),
        ({"JOBS_QUEUES": "a,B"}, "JOBS_QUEUES: 'a,B' names a queue 'B'"),
        ({"JOBS_LOG_LEVEL": "loud"}, "JOBS_LOG_LEVEL: 'loud' is none of"),
    ],
)
def test_settings(refused: Refused, variables: dict[str, str], reason: str) -> None:
    """A setting that is wrong is named with its value."""
    assert reason in refused(**variables)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (f"http://:{PASSWORD}@localhost", "REDIS_URL: it begins with none of redis://, rediss:// and unix://"),
        (f"redis://:{PASSWORD}@localhost:port", "REDIS_URL: host and port cannot be read"),
        (f"unix://:{PASSWORD}@/nonexistent", "The server at unix://:***@/nonexistent cannot be reached"),
    ],
)
def test_address(refused: Refused, url: str, reason: str) -> None:
    """A malformed address, and one where nobody listens, are told without the password."""
    assert reason in refused(url=url)


def test_refused_connection(refused: Refused) -> None:
    """A refused connection is told with the address and the remedy."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    line = refused(url=f"redis://127.0.0.1:{port}")
    assert f"The server at redis://127.0.0.1:{port}/0 cannot be reached (Connection refused); start it, or set" in line


def test_something_else_than_redis(refused: Refused, web_server: str) -> None:
    """A server that speaks something else is told apart."""
    assert "answers, but it is not Redis" in refused(url=web_server)


def test_wrong_password(refused: Refused, strict_server: RealServer) -> None:
    """A wrong password is told, and never printed."""
    line = refused(url=with_password(strict_server, f"not-{PASSWORD}"))
    assert "refuses the user or the password" in line


def test_eviction_policy(refused: Refused, strict_server: RealServer) -> None:
    """A server that may throw jobs away is refused, with the command that mends it."""
    line = refused(url=with_password(strict_server, PASSWORD))
    assert "may throw jobs away (maxmemory-policy allkeys-lru)" in line
    assert "CONFIG SET maxmemory-policy noeviction" in line


def test_newer_key_space(refused: Refused, valkey_server: RealServer) -> None:
    """A key space of a newer version is left alone."""
    valkey_server.flush()
    with valkey_server.client() as client:
        client.hset("{jobs}:meta", "schema", 99)
    line = refused(url=valkey_server.url)
    assert "version 99 of the key space" in line
    assert "upgrade this program" in line
    valkey_server.flush()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ("job: Other", "its argument 'job' is annotated as Other, and gets Odd"),
        ("job: 'Other'", "its argument 'job' is annotated as Other, and gets Odd"),
        ("job: Odd, attempts: int = 3", "its argument 'attempts' is annotated as int, and gets JobContext"),
    ],
)
def test_handler_for_another_class(
    refused: Refused, write: Callable[[str, str], None], arguments: str, reason: str
) -> None:
    """A handler whose annotations say that it takes something else is named, with its line."""
    write("bad_jobs", DEFINITIONS + JOB.format(name="ODD", cls="Odd") + JOB.format(name="OTHER", cls="Other"))
    write("bad_handlers", f"{HANDLERS}@handles(Odd)\ndef run({arguments}):\n    pass\n")
    line = refused(JOBS_MODULES="bad_jobs", JOBS_HANDLERS="bad_handlers")
    assert f"bad_handlers.run: {reason} (" in line
    assert line.endswith("bad_handlers.py, line 3)")
