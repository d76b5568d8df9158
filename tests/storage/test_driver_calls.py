"""The drivers: what they send and what they return, to many at once."""

import asyncio
import os
import threading
from collections.abc import Callable
from typing import Any

import pytest

from jobdefs.storage.drivers import AsyncStore, Store
from tests.support.drivers import ECHO, SHORT, both, call
from tests.support.servers import RealServer


@both
def test_a_call_is_sent_and_its_reply_parsed(send: Callable[..., Any], url: str) -> None:
    """Keys and arguments reach the script, and the reply comes back as the call reads it."""
    assert send(url, call("return {KEYS[1], ARGV[1]}", b"\xff\x00", parse=tuple)) == (b"{t}:key", b"\xff\x00")


@both
def test_a_lost_script_is_loaded_again(send: Callable[..., Any], server: RealServer) -> None:
    """After SCRIPT FLUSH a call works as before."""
    assert send(server.url) == [b"{t}:key", b"word", 7]
    with server.client() as client:
        client.script_flush()
    assert send(server.url) == [b"{t}:key", b"word", 7]


@both
def test_an_error_in_reading_a_reply_is_not_hidden(send: Callable[..., Any], redis_url: str) -> None:
    """What ``parse`` raises arrives as it was raised."""
    with pytest.raises(TimeoutError, match="from parse"):
        send(redis_url, call("return 1", parse=raising(TimeoutError("from parse"))))


def raising(error: Exception) -> Callable[[Any], Any]:
    def parse(reply: Any) -> Any:
        raise error

    return parse


def test_wait_returns_the_key_and_the_score(store: Store, server: RealServer) -> None:
    """``wait`` takes the lowest member of the first set that has one, and gives None when its time is over."""
    assert store.wait(["a", "b"], 0.02) is None
    with server.client() as client:
        client.zadd("b", {"x": 1.5, "y": 9})
    assert store.wait(["a", "b"], 5) == ("b", 1.5)
    assert store.wait(["a", "b"], 0) == ("b", 9.0)
    assert store.wait(["a", "b"], 0) is None


async def test_wait_leaves_the_event_loop_free(url: str) -> None:
    """While one task waits for longer than the deadline, another adds the member that wakes it."""
    async with AsyncStore(url, SHORT) as store:
        waiting = asyncio.create_task(store.wait(["a"], 5))
        assert await store.wait(["none"], 0.3) is None
        await store.send(call("redis.call('ZADD', 'a', 3, 'x')"))
        assert await waiting == ("a", 3.0)


async def test_a_wait_that_was_cancelled_leaves_nothing_behind(redis_url: str) -> None:
    """A later wait does not get the reply to an earlier one that was given up."""
    async with AsyncStore(redis_url) as store:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(store.wait(["a"], 5), 0.05)
        await store.send(call("redis.call('ZADD', 'b', 1, 'x')"))
        assert await store.wait(["b"], 5) == ("b", 1.0)


def test_what_the_server_tells(store: Store) -> None:
    """INFO and CONFIG GET are read; an unknown parameter is left out."""
    store.ping()
    assert store.info()["maxmemory_policy"] == "noeviction"
    assert store.config("appendfsync", "appendonly") == {"appendfsync": "everysec", "appendonly": "no"}
    assert store.config("nothing-of-this-name") == {}


async def test_what_the_server_tells_asynchronously(url: str) -> None:
    """AsyncStore tells the same as Store."""
    async with AsyncStore(url) as store:
        await store.ping()
        assert (await store.info())["maxmemory_policy"] == "noeviction"
        assert await store.config("appendfsync", "appendonly") == {"appendfsync": "everysec", "appendonly": "no"}
        assert await store.config("nothing-of-this-name") == {}


async def test_forbidden_parameters_are_unknown(server: RealServer) -> None:
    """Where the user may not run CONFIG, there are no parameters and nothing is raised."""
    with server.client() as client:
        client.acl_setuser("narrow", enabled=True, nopass=True, commands=["+@all", "-config"], keys=["*"])
    store, url = Store(f"{server.url}?password=any".replace("unix://", "unix://narrow@")), server.url
    assert store.config("appendfsync") == {}
    store.close()
    async with AsyncStore(f"{url}?password=any".replace("unix://", "unix://narrow@")) as asynchronous:
        assert await asynchronous.config("appendfsync") == {}
    with server.client() as client:
        client.acl_deluser("narrow")


async def test_a_burst_larger_than_the_pool_waits_its_turn(url: str) -> None:
    """Three hundred requests at once are all answered."""
    async with AsyncStore(url) as store:
        replies = await asyncio.gather(*(store.send(call("return ARGV[1]", n)) for n in range(300)))
    assert replies == [str(n).encode() for n in range(300)]


def test_threads_share_one_store(store: Store) -> None:
    """Forty threads, more than a store has connections, get each their own replies from one store."""
    replies: dict[int, list[bytes]] = {}

    def work(n: int) -> None:
        replies[n] = [store.send(call("return ARGV[1]", n)) for _ in range(50)]

    threads = [threading.Thread(target=work, args=(n,)) for n in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert replies == {n: [str(n).encode()] * 50 for n in range(40)}


@pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning")
def test_a_fork_gets_connections_of_its_own(store: Store) -> None:
    """A child made by fork uses the store it inherited, without disturbing its parent."""
    store.send(ECHO)
    child = os.fork()
    if child == 0:
        os._exit(0 if store.send(call("return ARGV[1]", "child")) == b"child" else 1)
    replies = [store.send(call("return ARGV[1]", "parent")) for _ in range(200)]
    assert os.waitpid(child, 0)[1] == 0
    assert replies == [b"parent"] * 200


def test_a_restarted_server_is_found_again(url: str, server: RealServer) -> None:
    """A connection that the server has closed is replaced before the next request."""
    store = Store(url)
    store.send(ECHO)
    with server.client() as client:
        client.client_kill_filter(_type="normal", skipme=True)
    assert store.send(ECHO) == [b"{t}:key", b"word", 7]
    store.close()
