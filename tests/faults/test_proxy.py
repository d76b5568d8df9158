import socket
import threading
import time

import pytest
import redis
from redis.exceptions import ConnectionError as Gone

from faults.tools.proxy import Action, Cut, Message, Proxy, at, cut, cut_after
from faults.tools.resp import Splitter, words
from tests.support.restarts import durable_server
from tests.support.servers import running
from tests.support.waiting import eventually


def client_of(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, retry=None, protocol=2, driver_info=None)


@pytest.fixture
def proxy(redis_url):
    with Proxy(redis_url) as proxy:
        yield proxy


@pytest.fixture
def client(proxy):
    with client_of(proxy.url) as client:
        yield client


def test_counts_what_passes(proxy, client):
    """Requests and replies are counted in all and per connection, also when many are sent at once."""
    seen: list[tuple[int, int, int, bytes]] = []
    proxy.replies.act = lambda one: seen.append((one.number, one.connection, one.nth, one.data))
    client.set("key", b"a\r\nb" * 50_000)
    with client_of(proxy.url) as other, other.pipeline(transaction=False) as pipeline:
        assert pipeline.strlen("key").get("none").mget("none", "none").execute() == [200_000, None, [None, None]]
    assert client.get("key") == b"a\r\nb" * 50_000
    assert [each[:3] for each in seen] == [(1, 1, 1), (2, 2, 1), (3, 2, 2), (4, 2, 3), (5, 1, 2)]
    assert [each[3] for each in seen[1:4]] == [b":200000\r\n", b"$-1\r\n", b"*2\r\n$-1\r\n$-1\r\n"]


def test_cut_before_a_request(proxy, client, redis_url):
    """A request before which is cut never arrives; the next connection works."""
    proxy.requests.act = at(2, cut)
    client.incr("key")
    with pytest.raises(Gone):
        client.incr("key")
    assert client.incr("key") == 2


@pytest.mark.parametrize("action", [cut, cut_after(3)])
def test_cut_before_or_in_a_reply(proxy, client, action: Action):
    """A request whose reply is cut has had its effect, and nobody hears of it."""
    proxy.replies.act = at(2, action)
    client.set("key", 1)
    with pytest.raises(Gone):
        client.incrby("key", 1_000_000)
    assert client.get("key") == b"1000001"


def test_an_action_sees_the_request(proxy, client):
    """An action is told what is about to pass, and may do anything before it does."""
    named: list[bytes] = []

    def look(message: Message) -> None:
        named.append(words(message.data)[0])
        if named[-1] == b"DEL":
            raise Cut

    proxy.requests.act = look
    client.set("key", "")
    with pytest.raises(Gone):
        client.delete("key")
    assert client.exists("key")
    assert named == [b"SET", b"DEL", b"EXISTS"]


def test_held_one_way(proxy, client, redis_url):
    """While replies are held requests arrive, and their replies come later."""
    with client_of(redis_url) as direct:
        thread = threading.Thread(target=client.set, args=("key", "value"))
        with proxy.replies.held():
            thread.start()
            eventually(lambda: direct.get("key") == b"value", what="the effect")
            assert (proxy.requests.count, thread.is_alive()) == (1, True)
        thread.join()


def test_delayed(proxy, client):
    """What is delayed comes later by so much, in the one direction."""
    proxy.requests.delay_s = 0.05
    began = time.monotonic()
    client.ping()
    assert time.monotonic() - began >= 0.05


def test_cut_off_for_a_while(proxy, client):
    """While it is cut off nobody gets through, and everybody afterwards."""
    client.ping()
    with proxy.cut_off():
        for _ in range(2):
            with pytest.raises(Gone):
                client.ping()
    eventually(lambda: proxy.connections == 0, what="the end of all connections")
    assert client.ping()


def test_a_server_that_comes_and_goes():
    """Where the server is away the proxy hangs up, and it finds the one that comes to the same address."""
    with durable_server() as server, Proxy(server.url) as proxy, client_of(proxy.url) as client:
        client.set("key", "value")
        server.kill()
        with pytest.raises(Gone):
            client.get("key")
        server.start()
        assert client.get("key") == b"value"


def test_tcp():
    """A server on TCP has its proxy on TCP."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with (
        running("valkey", "--bind", "127.0.0.1", "--port", str(port)),
        Proxy(f"redis://127.0.0.1:{port}/3") as proxy,
        client_of(proxy.url) as client,
    ):
        client.set("key", "value")
        assert client.info("keyspace")["db3"]["keys"] == 1


@pytest.mark.parametrize("size", [1, 2, 7, 1_000])
def test_messages_are_found_wherever_they_are_torn(size: int):
    """Whatever pieces arrive, each message is given out whole, in RESP 3, too."""
    whole = [
        b"+OK\r\n",
        b"*2\r\n*1\r\n$5\r\na\r\n\r\nb\r\n*-1\r\n",
        b"%1\r\n+a\r\n~2\r\n:1\r\n_\r\n",
        b"|1\r\n+ttl\r\n:3600\r\n$-1\r\n",
        b"*0\r\n",
        b"PING\r\n",
        b"=6\r\ntxt:ab\r\n",
    ]
    data, splitter = b"".join(whole), Splitter()
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    assert [message for piece in pieces for message in splitter.feed(piece)] == whole
