"""Which servers are taken, which are refused, and what is said then."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from jobdefs.durability import DISK, MEMORY, Durability
from jobdefs.errors import StoreUnavailable, StoreUnsuitable
from jobdefs.storage.drivers import AsyncStore, Store
from jobdefs.storage.suitability import Watch, check, check_async, judge
from tests.support.servers import KINDS, RealServer, running
from tests.support.waiting import eventually

REDIS = {"redis_version": "7.0.15", "maxmemory_policy": "noeviction", "role": "master", "aof_enabled": 0}
VALKEY = REDIS | {"redis_version": "7.2.4", "server_name": "valkey", "valkey_version": "9.1.2"}


async def test_real_servers_are_suitable(store: Store, url: str) -> None:
    """Both kinds of server are taken, by Store and AsyncStore alike."""
    server = check(store)
    assert (server.name, server.durability) in [("Redis", MEMORY), ("Valkey", MEMORY)]
    async with AsyncStore(url) as asynchronous:
        assert await check_async(asynchronous) == server


def test_valkey_is_known_by_its_own_version() -> None:
    """Valkey answers with an old redis_version for its clients' sake; its own version counts."""
    server, problems = judge(VALKEY, {})
    assert (server.name, server.version, problems) == ("Valkey", "9.1.2", ())


@pytest.mark.parametrize(
    ("info", "config", "durability"),
    [
        ({"aof_enabled": 1}, {"appendfsync": "always"}, DISK),
        ({"aof_enabled": 1}, {"appendfsync": "everysec"}, MEMORY),
        ({"aof_enabled": 1}, {}, MEMORY),
        ({"aof_enabled": 0}, {"appendfsync": "always"}, MEMORY),
        ({"aof_enabled": 1}, {"appendfsync": "always", "no-appendfsync-on-rewrite": "yes"}, MEMORY),
        ({"aof_enabled": 1, "aof_rewrite_in_progress": 1}, {"appendfsync": "always"}, MEMORY),
        ({"aof_enabled": 1, "aof_rewrite_scheduled": 1}, {"appendfsync": "always"}, MEMORY),
    ],
)
def test_durability_is_told_as_it_is(info: dict[str, Any], config: dict[str, str], durability: Durability) -> None:
    """A job is called durable only where the server writes to the disk before it answers, and says so."""
    server, _ = judge(REDIS | info, config)
    assert server.durability == durability


@pytest.mark.parametrize(
    ("info", "problem"),
    [
        (
            REDIS | {"redis_version": "6.2.14"},
            "is Redis 6.2.14, which is too old; set REDIS_URL to Redis 7.0 or newer or Valkey 7.2 or newer",
        ),
        (
            REDIS | {"redis_version": "strange"},
            "is Redis strange, which is too old; set REDIS_URL to Redis 7.0 or newer or Valkey 7.2 or newer",
        ),
        (
            VALKEY | {"valkey_version": "7.1.0"},
            "is Valkey 7.1.0, which is too old; set REDIS_URL to Redis 7.0 or newer or Valkey 7.2 or newer",
        ),
        ({}, "is an unknown server, not Redis or Valkey; set REDIS_URL to Redis 7.0 or newer or Valkey 7.2 or newer"),
        (
            REDIS | {"dragonfly_version": "df-v1.2"},
            "is Dragonfly, not Redis or Valkey; set REDIS_URL to Redis 7.0 or newer or Valkey 7.2 or newer",
        ),
        (REDIS | {"role": "slave"}, "is a read-only replica; set REDIS_URL to its primary"),
        (
            REDIS | {"maxmemory_policy": "allkeys-lru"},
            (
                "may throw jobs away (maxmemory-policy allkeys-lru); "
                "run CONFIG SET maxmemory-policy noeviction and put it into its configuration file"
            ),
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_remedy(info: dict[str, Any], problem: str) -> None:
    """Each unsuitable server gets its own words."""
    assert judge(info, {})[1] == (problem,)


async def test_an_evicting_server_is_refused(server: RealServer) -> None:
    """A server that may throw jobs away is refused in one line, by Store and AsyncStore alike, until it is mended."""
    store = Store(server.url)
    with server.client() as client:
        client.config_set("maxmemory-policy", "volatile-ttl")
        try:
            with pytest.raises(
                StoreUnsuitable,
                match=rf"^The server at {server.url} may throw jobs away .maxmemory-policy volatile-ttl.; run .*\.$",
            ):
                check(store)
            async with AsyncStore(server.url) as asynchronous:
                with pytest.raises(StoreUnsuitable, match="may throw jobs away"):
                    await check_async(asynchronous)
        finally:
            client.config_set("maxmemory-policy", "noeviction")
    check(store)
    store.close()


def test_a_replica_is_refused() -> None:
    """A real replica is refused, and its other fault is named in the same line."""
    with running("valkey", "--replicaof", "127.0.0.1 1", "--maxmemory-policy", "allkeys-lfu") as server:
        store = Store(server.url)
        with pytest.raises(
            StoreUnsuitable, match=r"may throw jobs away .*; and it is a read-only replica; set REDIS_URL"
        ):
            check(store)
        store.close()


def test_a_watch_asks_again_after_four_seconds(store: Store, server: RealServer) -> None:
    """What is known grows stale in time for every answer to rest on facts that are at most five seconds old."""
    now = [100.0]
    watch = Watch(store.shown, lambda: now[0])
    stale = [watch.is_stale]
    watch.read(store)
    for passed_s in (0, 3.9, 0.1):
        now[0] += passed_s
        stale.append(watch.is_stale)
    assert stale == [True, False, False, True]


def test_a_watch_sees_a_server_change(store: Store, server: RealServer) -> None:
    """An eviction policy set while a program runs is a problem at the next look, and none once it is set back."""
    watch = Watch(store.shown)
    watch.read(store)
    assert watch.require().name in ("Redis", "Valkey")
    with server.client() as admin:
        admin.config_set("maxmemory-policy", "allkeys-lru")
        watch.read(store)
        admin.config_set("maxmemory-policy", "noeviction")
    with pytest.raises(StoreUnsuitable, match="may throw jobs away"):
        watch.require()
    watch.read(store)
    assert watch.problem == ""


@pytest.mark.parametrize("kind", KINDS)
def test_a_first_append_only_file_is_awaited(kind: str) -> None:
    """Where a server has just begun to keep an append-only file it is at level memory until the first is complete."""
    with running(kind, "--appendonly", "no", "--appendfsync", "always") as server, server.client() as admin:
        store, watch = Store(server.url), Watch("somewhere")
        admin.mset({str(number): "x" for number in range(100)})
        admin.config_set("rdb-key-save-delay", 2_000)
        admin.config_set("appendonly", "yes")
        watch.read(store)
        assert watch.require().durability == MEMORY
        eventually(lambda: not admin.info("persistence")["aof_rewrite_in_progress"])
        watch.read(store)
        assert watch.require().durability == DISK
        admin.bgrewriteaof()
        watch.read(store)
        assert watch.require().durability == DISK
        store.close()


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_that_loads_its_data_is_awaited(kind: str) -> None:
    """While a server reads its append-only file it is not believed that it keeps none."""
    kept = ("--appendonly", "yes", "--appendfsync", "always")
    slowly = ("--enable-debug-command", "yes", "--key-load-delay", "100")
    with running(kind, *kept, *slowly) as server, server.client() as admin, ThreadPoolExecutor() as pool:
        # Requests are answered after each 1,024 commands of the file.
        pipeline = admin.pipeline(transaction=False)
        for number in range(8_000):
            pipeline.set(str(number), "x")
        pipeline.execute()
        loaded = pool.submit(server.client().execute_command, "DEBUG", "LOADAOF")
        eventually(lambda: admin.info("persistence")["loading"])
        store, watch = Store(server.url), Watch("somewhere")
        with pytest.raises(StoreUnavailable, match="The server at somewhere is still loading its data"):
            watch.read(store)
        loaded.result()
        watch.read(store)
        assert watch.require().durability == DISK
        store.close()
