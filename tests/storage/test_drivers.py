"""The drivers: what they send, what they return, and what they raise when a server does not play along."""

import asyncio
import hashlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from jobdefs.errors import SettingsError, StoreError, StoreFull, StoreUnavailable, StoreUnsuitable
from jobdefs.storage.address import shown
from jobdefs.storage.call import Call
from jobdefs.storage.drivers import AsyncStore, Store
from jobdefs.storage.scripts import Script
from tests.support.servers import RealServer, running

SHORT = timedelta(milliseconds=200)


def call(source: str, *args: str | bytes | int, parse: Callable[[Any], Any] = lambda reply: reply) -> Call[Any]:
    return Call(
        Script("test", source, hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest()),
        ("{t}:key",),
        args,
        parse,
    )


ECHO = call("return {KEYS[1], ARGV[1], 7}", "word")


def sent(url: str, request: Call[Any] = ECHO, deadline: timedelta = SHORT) -> Any:
    store = Store(url, deadline)
    try:
        return store.send(request)
    finally:
        store.close()


def sent_async(url: str, request: Call[Any] = ECHO, deadline: timedelta = SHORT) -> Any:
    async def main() -> Any:
        async with AsyncStore(url, deadline) as store:
            return await store.send(request)

    return asyncio.run(main())


both = pytest.mark.parametrize("send", [sent, sent_async])


@contextmanager
def listening(answer: Callable[[bytes], bytes]) -> Iterator[tuple[str, list[bytes]]]:
    """A TCP listener that answers what the function says, and hangs up where it says nothing."""
    heard: list[bytes] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                while request := connection.recv(65536):
                    heard.append(request)
                    if not (reply := answer(request)):
                        break
                    connection.sendall(reply)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"redis://user:hunter2@127.0.0.1:{listener.getsockname()[1]}/0", heard
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def redis_saying(reply: bytes) -> Callable[[bytes], bytes]:
    return lambda request: b"+OK\r\n" if b"AUTH" in request else reply


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
    """INFO and CONFIG GET are read; an unknown parameter is None."""
    store.ping()
    assert store.info()["maxmemory_policy"] == "noeviction"
    assert store.config("appendfsync") == "everysec"
    assert store.config("nothing-of-this-name") is None


async def test_what_the_server_tells_asynchronously(url: str) -> None:
    """AsyncStore tells the same as Store."""
    async with AsyncStore(url) as store:
        await store.ping()
        assert (await store.info())["maxmemory_policy"] == "noeviction"
        assert await store.config("appendfsync") == "everysec"
        assert await store.config("nothing-of-this-name") is None


async def test_forbidden_parameters_are_unknown(server: RealServer) -> None:
    """Where the user may not run CONFIG, a parameter is None and nothing is raised."""
    with server.client() as client:
        client.acl_setuser("narrow", enabled=True, nopass=True, commands=["+@all", "-config"], keys=["*"])
    store, url = Store(f"{server.url}?password=any".replace("unix://", "unix://narrow@")), server.url
    assert store.config("appendfsync") is None
    store.close()
    async with AsyncStore(f"{url}?password=any".replace("unix://", "unix://narrow@")) as asynchronous:
        assert await asynchronous.config("appendfsync") is None
    with server.client() as client:
        client.acl_deluser("narrow")


@both
def test_a_frozen_server_is_unavailable_within_the_deadline(send: Callable[..., Any], server: RealServer) -> None:
    """A server that is held still costs the deadline and no more, whether it was connected to before or not."""
    with server.frozen():
        began = time.monotonic()
        with pytest.raises(StoreUnavailable, match=r"gave no answer within 0\.2 s; check that it runs"):
            send(server.url)
        assert 0.15 < time.monotonic() - began < 0.5
    assert send(server.url) == [b"{t}:key", b"word", 7]


async def test_a_connection_that_froze_is_given_up(server: RealServer) -> None:
    """After a freeze the same store works again, and gets its own replies, not late ones."""
    async with AsyncStore(server.url, SHORT) as store:
        await store.send(ECHO)
        with server.frozen(), pytest.raises(StoreUnavailable):
            await store.send(call("return 'late'"))
        assert await store.send(ECHO) == [b"{t}:key", b"word", 7]


async def test_a_burst_larger_than_the_pool_waits_its_turn(url: str) -> None:
    """Three hundred requests at once are all answered."""
    async with AsyncStore(url) as store:
        replies = await asyncio.gather(*(store.send(call("return ARGV[1]", n)) for n in range(300)))
    assert replies == [str(n).encode() for n in range(300)]


def test_threads_share_one_store(store: Store) -> None:
    """Sixteen threads get each their own replies from one store."""
    replies: dict[int, list[bytes]] = {}

    def work(n: int) -> None:
        replies[n] = [store.send(call("return ARGV[1]", n)) for _ in range(50)]

    threads = [threading.Thread(target=work, args=(n,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert replies == {n: [str(n).encode()] * 50 for n in range(16)}


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


@both
def test_nothing_is_sent_twice(send: Callable[..., Any]) -> None:
    """When the connection breaks before the reply, the request has been sent once, and StoreUnavailable says so."""
    with listening(lambda request: b"+OK\r\n" if b"AUTH" in request else b"") as (url, heard):
        with pytest.raises(StoreUnavailable, match="cannot be reached"):
            send(url)
        assert len([request for request in heard if b"EVAL" in request]) == 1


@both
def test_a_refused_connection_says_what_to_do(send: Callable[..., Any]) -> None:
    """Nobody listening: StoreUnavailable names the address, the reason and the way out."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(StoreUnavailable) as caught:
        send(f"redis://user:hunter2@127.0.0.1:{port}/2")
    assert str(caught.value) == (
        f"The server at redis://user:***@127.0.0.1:{port}/2 cannot be reached (Connection refused); "
        "start it, or set REDIS_URL to the right address."
    )


@both
def test_something_else_than_redis_is_recognised(send: Callable[..., Any]) -> None:
    """A web server at the address makes the store unsuitable, not unavailable."""
    with listening(lambda _: b"HTTP/1.1 400 Bad Request\r\n\r\n") as (url, _):
        with pytest.raises(StoreUnsuitable, match=r"answers, but it is not Redis; set REDIS_URL") as caught:
            send(url)
        assert "hunter2" not in str(caught.value)


@both
@pytest.mark.parametrize(
    ("user", "message"),
    [
        ("", "wants a password; put the right user and password into REDIS_URL"),
        ("?password=hunter2", "refuses the user or the password; put the right user and password into REDIS_URL"),
    ],
)
def test_a_wrong_password_says_where_to_put_the_right_one(send: Callable[..., Any], user: str, message: str) -> None:
    """No password and a wrong one each get their own line, without the password."""
    with (
        running("valkey", "--requirepass", "secret") as server,
        pytest.raises(StoreUnsuitable, match=message) as caught,
    ):
        send(server.url + user)
    assert "hunter2" not in str(caught.value)


def test_a_password_that_is_not_asked_for(redis_url: str) -> None:
    """Giving a password to a server that has none is said, with the remedy."""
    with pytest.raises(StoreUnsuitable, match="refuses the user or the password"):
        sent(f"{redis_url}?password=hunter2")


@both
@pytest.mark.parametrize(
    ("reply", "error", "message"),
    [
        ("OOM command not allowed when used memory > 'maxmemory'.", StoreFull, "is out of memory and took nothing"),
        ("LOADING Redis is loading the dataset in memory", StoreUnavailable, "is still loading its data"),
        ("READONLY You can't write against a read only replica.", StoreUnavailable, "is a read-only replica"),
        ("MASTERDOWN Link with MASTER is down", StoreUnavailable, "is a replica that lost its primary"),
        ("MISCONF Errors writing to the AOF file: No space left", StoreUnavailable, "cannot write to its disk"),
        ("NOREPLICAS Not enough good replicas to write.", StoreUnavailable, "misses the replicas"),
        ("BUSY Redis is busy running a script.", StoreUnavailable, "is busy with a script"),
        ("CLUSTERDOWN Hash slot not served", StoreUnavailable, "says that its cluster is down"),
        ("MOVED 3999 127.0.0.1:6381", StoreUnsuitable, "is a node of a Redis Cluster"),
        ("CROSSSLOT Keys in request don't hash to the same slot", StoreUnsuitable, "is a node of a Redis Cluster"),
        (
            "NOPERM this user has no permissions to run the 'evalsha' command",
            StoreUnsuitable,
            "does not permit its user",
        ),
        ("ERR max number of clients reached", StoreUnavailable, "cannot be reached .max number of clients reached."),
        ("ERR something new", StoreError, "refuses the request .something new."),
    ],
)
def test_each_refusal_has_its_error(
    send: Callable[..., Any], reply: str, error: type[StoreError], message: str
) -> None:
    """One table decides what an error reply means; every message names the address and hides the password."""
    with listening(redis_saying(f"-{reply}\r\n".encode())) as (url, _), pytest.raises(error, match=message) as caught:
        send(url)
    assert type(caught.value) is error
    assert str(caught.value).startswith("The server at redis://user:***@127.0.0.1:")
    assert "hunter2" not in str(caught.value)


def test_a_database_that_is_not_there(redis_url: str) -> None:
    """A database number beyond the server's is said as such."""
    with pytest.raises(StoreUnsuitable, match="has no database of this number"):
        sent(f"{redis_url}?db=9999")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "begins with none of redis://"),
        ("hunter2", "begins with none of redis://"),
        ("http://:hunter2@localhost", "begins with none of redis://"),
        ("redis:hunter2", "begins with none of redis://"),
        ("redis://", "names no host"),
        ("redis://:hunter2@", "names no host"),
        ("redis://:hunter2@..:6379", "names no host"),
        ("redis://localhost/0#hunter2", "has a #"),
        ("redis://localhost:hunter2", "host and port cannot be read"),
        ("redis://:hun/ter2@localhost", "host and port cannot be read"),
        ("redis://:hunter2#x@localhost", "names no host|host and port|has a #"),
        ("redis://[::1", "host and port cannot be read"),
        ("redis://localhost:70000", "host and port cannot be read"),
        ("redis://localhost/hunter2", "the database after the host is not a whole number"),
        ("redis://localhost?socket_timeout=99", "redis:// takes none"),
        ("rediss://localhost?ssl_keyfle=hunter2", "understands only ssl_ca_certs"),
        ("unix://", "names no socket"),
        ("unix://run/redis.sock", "begins with a third slash"),
        ("unix:///run/redis.sock?db=hunter2", "an option after the . is unknown or wrong"),
    ],
)
@pytest.mark.parametrize("kind", [Store, AsyncStore])
def test_a_malformed_address_is_refused_in_one_line(kind: type[Any], url: str, reason: str) -> None:
    """Whatever is wrong with REDIS_URL, one line says what, what was expected, and not what was given."""
    with pytest.raises(SettingsError, match=reason) as caught:
        kind(url)
    message = str(caught.value)
    assert message.startswith("REDIS_URL: ")
    assert "expected redis://[user:password@]host[:port][/db], rediss://..., or unix:///path" in message
    assert "hunter2" not in message
    assert "\n" not in message
    assert shown(url) == "(malformed address)"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://host", "redis://host:6379/0"),
        ("redis://user:hunter2@host:1/2", "redis://user:***@host:1/2"),
        ("rediss://:hun%2Fter2@[::1]?ssl_cert_reqs=none", "rediss://:***@[::1]:6379/0"),
        ("unix:///run/redis.sock?password=hunter2&db=3", "unix://:***@/run/redis.sock?db=3"),
    ],
)
def test_an_address_is_shown_without_its_password(url: str, expected: str) -> None:
    """What is printed of an address never holds the password."""
    assert shown(url) == expected
    assert Store(url).shown == expected


def test_a_store_does_not_connect_before_it_is_used() -> None:
    """Making a store of either kind opens no connection."""
    with listening(lambda _: b"") as (url, heard):
        Store(url).close()
        AsyncStore(url)
        assert heard == []


def test_tls_is_spoken_where_the_address_says_so() -> None:
    """rediss:// begins with a TLS greeting."""
    with listening(lambda _: b"") as (url, heard):
        with pytest.raises(StoreUnavailable, match="cannot be reached"):
            sent(url.replace("redis://", "rediss://"))
        assert heard[0].startswith(b"\x16\x03")
