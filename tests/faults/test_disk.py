from pathlib import Path

import pytest
import redis

from faults.tools import append_only, power, quota
from faults.tools.disk import Disk
from faults.tools.missing import ToolMissing
from tests.support.servers import KINDS, RealServer, running
from tests.support.waiting import eventually

KEPT = ("--appendonly", "yes", "--appendfsync")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    place = tmp_path / "data"
    place.mkdir()
    return place


@pytest.fixture
def disk(compiler: None, tmp_path: Path) -> Disk:
    return Disk.at(tmp_path / "disk")


def lost_power(server: RealServer, data: Path, disk: Disk) -> int:
    server.process.kill()
    server.process.wait()
    return power.cut(data, disk)


def keys_on(kind: str, data: Path) -> set[bytes]:
    with running(kind, *KEPT, "always", "--dir", str(data)) as server, server.client() as client:
        eventually(lambda: not client.info("persistence")["loading"])
        return set(client.keys())


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_forced_to_the_disk_outlives_a_loss_of_power(kind: str, data: Path, disk: Disk):
    """Under always, each answered write is there after a loss of power."""
    with (
        running(kind, *KEPT, "always", "--dir", str(data), environment=disk.environment) as server,
        server.client() as client,
    ):
        for number in range(20):
            client.set(f"k{number}", "v")
        lost_power(server, data, disk)
    assert len(keys_on(kind, data)) == 20


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_not_forced_to_the_disk_is_gone(kind: str, data: Path, disk: Disk):
    """While fsync stalls, what is answered under everysec is gone after a loss of power, and nothing else is."""
    with (
        running(kind, *KEPT, "everysec", "--dir", str(data), environment=disk.environment) as server,
        server.client() as client,
    ):
        client.set("before", "v")
        growing = append_only.newest(data).stat()
        eventually(lambda: disk.synced.get(growing.st_ino, 0) >= growing.st_size)
        disk.stall(30)
        client.set("after", "v")
        eventually(lambda: disk.held, what="a stalled fsync")
        assert lost_power(server, data, disk) > 0
    assert keys_on(kind, data) == {b"before"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_disk_that_fails(kind: str, data: Path, disk: Disk):
    """A server under always that cannot force a write to its disk ends instead of answering."""
    with (
        running(kind, *KEPT, "always", "--dir", str(data), environment=disk.environment) as server,
        server.client() as client,
    ):
        disk.fail()
        with pytest.raises(redis.ConnectionError):
            client.set("k", "v")
        assert server.process.wait(10) == 1
        disk.heal()
        assert disk.held > 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_full_disk(kind: str, data: Path):
    """A server under everysec refuses writes while its disk is full, and takes them when there is room again."""
    with (
        running(kind, *KEPT, "everysec", "--dir", str(data), wrapper=quota.WRAPPER) as server,
        server.client() as client,
    ):
        client.set("k", "v")
        quota.fill(server.process.pid, data)
        client.set("k", "v")
        eventually(lambda: client.info("persistence")["aof_last_write_status"] == "err")
        with pytest.raises(redis.ResponseError, match="MISCONF"):
            client.set("k", "v")
        quota.free(server.process.pid)
        eventually(lambda: client.info("persistence")["aof_last_write_status"] == "ok")
        client.set("k", "v")


def test_a_torn_tail(data: Path):
    """A server starts from a file that ends within a command, without that one."""
    with running("redis", *KEPT, "always", "--dir", str(data)) as server, server.client() as client:
        for number in range(20):
            client.set(f"k{number}", "v" * 100)
        server.process.kill()
        server.process.wait()
    assert power.tear(data, 0.617) > 0
    assert len(keys_on("redis", data)) < 20


def test_a_machine_without_a_compiler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Where a shim cannot be compiled, it is said what is missing."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolMissing, match=r"no C compiler .* apt-get install gcc"):
        Disk.at(tmp_path / "disk")
