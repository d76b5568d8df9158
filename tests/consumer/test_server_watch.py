"""A server that changes for the worse while a consumer runs: the log says so, and when it is mended."""

from collections.abc import Iterator

import pytest
import redis

from jobdefs.runtime.exits import Exit
from tests.consumer.conftest import StartConsumer
from tests.support.servers import RealServer, running
from tests.support.waiting import eventually


@pytest.fixture
def changing() -> Iterator[RealServer]:
    """A server of the test's own, with an append-only file."""
    with running("valkey", "--appendonly", "yes", "--appendfsync", "always") as server:
        yield server


def looks(client: redis.Redis) -> int:
    """Count how often somebody has asked for the server's configuration."""
    asked: dict[str, dict[str, int]] = client.info("commandstats")
    return asked.get("cmdstat_config|get", {}).get("calls", 0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("maxmemory-policy allkeys-lru noeviction", "may throw jobs away (maxmemory-policy allkeys-lru)"),
        ("appendonly no yes", "keeps jobs less safe than before; run CONFIG SET appendonly yes"),
        ("appendfsync everysec always", "keeps jobs less safe than before; run CONFIG SET appendfsync always"),
    ],
)
def test_changed_while_running(start_consumer: StartConsumer, changing: RealServer, change: str, words: str) -> None:
    """An eviction policy that is set, or a way to keep jobs that is switched off, is told once until it is mended."""
    name, bad, good = change.split()
    with changing.client() as client:
        client.config_resetstat()
        consumer = start_consumer("-n", url=changing.url, JOBS_LEASE="1")
        eventually(lambda: looks(client) >= 2, what="the look at the start and one while running")
        client.config_set(name, bad)
        consumer.says("CRITICAL", words)
        client.config_set(name, good)
        consumer.says("INFO", "can keep the promises again")
    assert len(consumer.logged("CRITICAL")) == 1


def test_emptied_key_space(start_consumer: StartConsumer, changing: RealServer) -> None:
    """A key space that was emptied under a running consumer is told once; the consumer goes on."""
    consumer = start_consumer("-n", url=changing.url, JOBS_LEASE="1")
    changing.flush()
    consumer.says("CRITICAL", "the key space at", "was emptied")
    beaten(changing)
    assert len(consumer.logged("CRITICAL")) == 1
    assert consumer.stop() == 0


def beaten(server: RealServer) -> None:
    """Wait for further beats."""
    with server.client() as client, client.monitor() as monitor:
        heard = (each["command"] for each in monitor.listen())
        beats = (command for command in heard if "EVALSHA" in command)
        for _ in range(8):
            next(beats)


@pytest.mark.parametrize("kind", ["thread", "process"])
def test_newer_key_space(start_consumer: StartConsumer, changing: RealServer, kind: str) -> None:
    """A key space that another program carries over to a newer version ends the consumer, which says why."""
    consumer = start_consumer("-n", "-k", kind, "-w", "2", url=changing.url, JOBS_LEASE="1")
    with changing.client() as client:
        client.hset("{jobs}:meta", "schema", 99)
    consumer.says("CRITICAL", "has version 99 of the key space", "upgrade this program", "This one ends")
    assert consumer.process.wait(10) == Exit.UNSUITABLE
    assert not consumer.logged("died")
