"""`python -m service`, as a process."""

import secrets
import signal
import socket
from contextlib import closing
from pathlib import Path

import pytest

from jobdefs.runtime.exits import Exit
from jobdefs.storage import keys
from tests.support.programs import serving, start
from tests.support.servers import RealServer, running
from tests.support.waiting import eventually

MANY = 500_000


def refusal(**variables: str) -> tuple[int, str]:
    """Return the exit code and the one line of a program that does not start."""
    with start(**variables) as program:
        out, err = program.communicate(timeout=20)
    assert out == ""
    assert err.count("\n") == 1
    assert "pa55" not in err
    return program.returncode, err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serves_until_told(redis_url: str, number: signal.Signals):
    """It says where it listens, serves, and ends with 0 and without a word on SIGTERM and SIGINT."""
    with serving(REDIS_URL=redis_url) as (program, connection):
        connection.request("GET", "/readyz")
        assert connection.getresponse().status == 200
        connection.close()
        program.send_signal(number)
        assert program.communicate(timeout=10) == ("", "")
        assert program.returncode == Exit.OK


def test_tells_systemd(redis_url: str, tmp_path: Path):
    """It tells systemd that it is ready, alive and stopping."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "n"))
        listener.settimeout(10)
        told = {"NOTIFY_SOCKET": str(tmp_path / "n"), "WATCHDOG_USEC": "20000"}
        with serving(REDIS_URL=redis_url, **told) as (program, _):
            heard = [listener.recv(99) for _ in range(4)]
            assert set(heard) == {b"READY=1", b"WATCHDOG=1"}
            program.terminate()
            eventually(lambda: listener.recv(99) == b"STOPPING=1")


@pytest.mark.parametrize(
    ("url", "code", "line"),
    [
        (
            "http://x",
            Exit.SETTINGS,
            "service: REDIS_URL: it begins with none of redis://, rediss:// and unix://; expected",
        ),
        (
            "redis://:pa55@127.0.0.1:1",
            Exit.UNAVAILABLE,
            "service: The server at redis://:***@127.0.0.1:1/0 cannot be reached",
        ),
        ("unix:///nowhere", Exit.UNAVAILABLE, "service: The server at unix:///nowhere cannot be reached (No such file"),
    ],
)
def test_bad_address(url: str, code: Exit, line: str):
    """An address that is malformed or where nothing answers ends it with one line."""
    ended, told = refusal(REDIS_URL=url)
    assert ended == code
    assert told.startswith(line)


def test_wrong_password(tmp_path: Path):
    """A wrong password ends it with one line that does not repeat the password."""
    with running("valkey", "--requirepass", "right") as server:
        path = server.url.removeprefix("unix://")
        code, line = refusal(REDIS_URL=f"unix://:pa55@{path}")
    assert code == Exit.UNSUITABLE
    assert "refuses the user or the password; put the right user and password into REDIS_URL" in line


def test_newer_key_space(redis_url: str, valkey_server: RealServer):
    """A key space of a newer version ends it with one line."""
    with valkey_server.client() as client:
        client.hset(keys.meta("jobs"), mapping={"schema": keys.SCHEMA + 1, "epoch": secrets.token_hex(16)})
    code, line = refusal(REDIS_URL=redis_url)
    assert code == Exit.UNSUITABLE
    assert "upgrade this program, or set JOBS_NAMESPACE to another name." in line


def test_older_key_space(redis_url: str, valkey_server: RealServer):
    """It starts on a key space of an older version, however large, and answers 503 until that is carried over."""
    with valkey_server.client() as client:
        client.hset(keys.meta("jobs"), mapping={"schema": 1, "epoch": secrets.token_hex(16)})
        for start_at in range(0, MANY, 50_000):
            ids = (f"j{number}" for number in range(start_at, start_at + 50_000))
            client.zadd("{jobs}:final:dead", dict.fromkeys(ids, 9e15))

    def ready() -> bool:
        connection.request("GET", "/readyz")
        response = connection.getresponse()
        told = response.read().decode()
        assert response.status == 200 or "is being carried over to this one; try again shortly" in told
        return response.status == 200

    with serving(REDIS_URL=redis_url) as (_, connection), closing(connection):
        eventually(ready, timeout=30)
    with valkey_server.client() as client:
        assert client.hget("{jobs}:ledger", "dead ?") == str(MANY).encode()


def test_evicting_server():
    """A server that may throw jobs away ends it with one line that says how to mend it."""
    with running("valkey", "--maxmemory-policy", "allkeys-lru") as server:
        code, line = refusal(REDIS_URL=server.url)
    assert code == Exit.UNSUITABLE
    assert "may throw jobs away (maxmemory-policy allkeys-lru); run CONFIG SET maxmemory-policy noeviction" in line


@pytest.mark.parametrize(
    ("level", "why"),
    [
        ("disk", "keeps no append-only file; run CONFIG SET appendonly yes and CONFIG SET appendfsync always"),
        ("replica:2", "has too few replicas: 0 of 2 are there; bring them back, or attach more"),
    ],
)
def test_default_durability_that_cannot_be_had(redis_url: str, level: str, why: str):
    """A level that is to hold for every job, on a server that cannot give it, ends it with one line."""
    code, line = refusal(REDIS_URL=redis_url, JOBS_DURABILITY=level)
    assert code == Exit.UNSUITABLE
    assert line.startswith(f"service: JOBS_DURABILITY is {level}, and the server at {redis_url} {why}")


def test_open_host_without_token(redis_url: str):
    """Listening for other machines without a token is refused with one line."""
    code, line = refusal(REDIS_URL=redis_url, JOBS_HOST="0.0.0.0")  # noqa: S104 - refused, which is the promise
    assert code == Exit.SETTINGS
    assert line == (
        "service: JOBS_HOST: 0.0.0.0 is reachable from other machines, and no token is asked for;"
        " set JOBS_TOKEN to a long random text, or listen on 127.0.0.1\n"
    )


def test_port_in_use(redis_url: str):
    """A port that is in use ends it with one line that names it."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, line = refusal(REDIS_URL=redis_url, JOBS_PORT=str(port))
    assert code == Exit.SETTINGS
    assert line == (
        f"service: JOBS_HOST, JOBS_PORT: cannot listen on 127.0.0.1, port {port}: address already in use;"
        " end the program that is there, or choose another address\n"
    )


def test_bad_settings():
    """A setting that is out of range ends it with one line that names it."""
    code, line = refusal(JOBS_PORT="70000")
    assert (code, line) == (Exit.SETTINGS, "service: JOBS_PORT: '70000' is not between 0 and 65535\n")
    code, line = refusal(JOBS_DURABILITY="disc")
    assert (code, line) == (
        Exit.SETTINGS,
        "service: JOBS_DURABILITY: 'disc' is none of memory, disk, or replica:1 to replica:9\n",
    )


def test_access_log(redis_url: str):
    """Requests are logged where that is wanted, one line each."""
    with serving(REDIS_URL=redis_url, JOBS_ACCESS_LOG="yes") as (program, connection):
        connection.request("GET", "/healthz")
        connection.getresponse().read()
        connection.close()
        program.terminate()
        _, err = program.communicate(timeout=10)
    assert err.count("\n") == 1
    assert "127.0.0.1 GET /healthz 200 " in err
