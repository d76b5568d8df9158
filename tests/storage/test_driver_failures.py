"""The drivers: what they raise when a server does not play along."""

import socket
import time
from collections.abc import Callable
from typing import Any

import pytest

from jobdefs.errors import StoreCorrupt, StoreError, StoreFull, StoreUnavailable, StoreUnsuitable
from jobdefs.storage.drivers import AsyncStore
from tests.support.drivers import ECHO, SHORT, both, call, listening, redis_saying, sent
from tests.support.servers import RealServer, running


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
        ("ERR Protocol error: unauthenticated bulk length", StoreUnsuitable, "wants a password; put the right user"),
        (
            "WRONGTYPE Operation against a key script: 0af, on @user_script:1.",
            StoreCorrupt,
            "something strange under a key",
        ),
        (
            "ERR user_script:9: attempt to index local 'x' script: 0af",
            StoreError,
            "a fault of ours, and the log says more",
        ),
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
