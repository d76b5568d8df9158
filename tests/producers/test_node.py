"""The producer in Node: what it writes, and what it does when the server does not answer as it should."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from jobdefs import State
from tests.support.jobs import Jobs, jobs_on
from tests.support.node import PRODUCERS, Node
from tests.support.servers import RealServer, running
from tests.support.vectors import PLACE, cases

pytestmark = pytest.mark.timeout(330)  # the first of all runs installs packages


def test_it_is_short() -> None:
    """The whole producer has less than 80 lines."""
    assert len((PRODUCERS / "node" / "producer.mjs").read_text().splitlines()) < 80


def test_vectors(node: Node, redis_url: str, service: str, jobs: Jobs) -> None:
    """From Node every vector comes out as in Python: bytes, keys, verdicts, and what service and consumer refuse."""
    told = node.told("vectors.mjs", PLACE, redis_url, service)
    assert told["envelopes_canonical"] == [case["text"] for case in cases("envelopes_canonical")]
    assert told["unique_keys"] == [case["key"] for case in cases("unique_keys")]
    replies = [[call["reply"] for call in case["calls"]] for case in cases("submissions")]
    assert told["submissions"] == replies
    assert {answer["status"] for answer in told["payloads_accept"]} == {202}
    faults = [[[fault["path"], fault["reason"]] for fault in answer["faults"]] for answer in told["payloads_reject"]]
    assert faults == [case["faults"] for case in cases("payloads_reject")]
    assert {answer["code"] for answer in told["bodies_reject"]} == {"body_invalid"}
    verdicts = [receipt for [[receipt]] in told["envelopes_reject"]]
    went_in = [job_id for verdict, _, job_id in verdicts if verdict == "created"]
    assert {jobs.ended(job_id).state for job_id in went_in} == {State.PARKED}
    assert {verdict for verdict, _, _ in verdicts} == {"created", "unreadable"}


def test_what_zod_makes_is_run(node: Node, redis_url: str, service: str, jobs: Jobs) -> None:
    """Payloads that zod has parsed are taken as JSON.stringify writes them, over HTTP and by the producer alike."""
    told = node.told("parcels.mjs", redis_url, service)
    results = [[json.loads(jobs.ended(job_id).result or b"null") for job_id in one["ids"]] for one in told]
    expected = json.loads((PRODUCERS.parents[1] / "tests" / "producers" / "parcels.json").read_text())
    assert results == [[result, result] for result in expected]


def test_a_server_that_was_restarted(node: Node, redis_url: str, valkey_server: RealServer) -> None:
    """Where the server does not know the script, it is sent whole."""
    with valkey_server.client() as client, jobs_on(redis_url) as jobs:
        client.script_flush()
        for job_id in ("a", "b"):
            done = node.run("node/enqueue.mjs", "TEST_JOB", '{"message":"é"}', job_id, REDIS_URL=redis_url)
            assert (done.stdout, done.stderr) == (f"created ready {job_id}\n", "")
            assert jobs.state(job_id) is State.READY
    again = node.run("node/enqueue.mjs", "TEST_JOB", '{"message":"é"}', "a", REDIS_URL=redis_url)
    assert again.stdout == "existing ready a\n"


@contextmanager
def after(seconds: float, action: Callable[[], object]) -> Iterator[None]:
    """Do something while the block lasts, so long after it began."""
    timer = threading.Timer(seconds, action)
    timer.start()
    try:
        yield
    finally:
        timer.join()


def test_a_full_server(node: Node) -> None:
    """A server without memory takes nothing; the producer sends the same again, and it goes in when there is room."""
    with running("valkey", "--maxmemory", "1") as server, server.client() as client, jobs_on(server.url) as jobs:
        done = node.run("node/enqueue.mjs", "TEST_JOB", "{}", "a", REDIS_URL=server.url)
        assert (done.returncode, done.stderr[:13]) == (1, "enqueue: OOM ")
        with after(0.3, lambda: client.config_set("maxmemory", 0)):
            assert node.run("node/enqueue.mjs", "TEST_JOB", "{}", "a", REDIS_URL=server.url).returncode == 0
        assert jobs.state("a") is State.READY


def test_a_lost_reply(node: Node, redis_url: str) -> None:
    """A reply that never came is asked for again with the same id: the job is there once, and the producer knows."""
    told = node.told("lost_reply.mjs", redis_url)
    assert told == {"cut": 1, "receipt": {"verdict": "existing", "state": "ready", "id": told["receipt"]["id"]}}


def test_a_server_that_is_not_there(node: Node) -> None:
    """Without a server the producer gives up after a while, and says so."""
    done = node.run("node/enqueue.mjs", "TEST_JOB", "{}", "a", REDIS_URL="redis://127.0.0.1:1/0")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "enqueue: the server does not answer; the job is a\n")


@pytest.mark.parametrize(
    ("words", "url", "told"),
    [
        (("TEST_JOB", "{}", "a"), "redis://:s3cret@127.0.0.1:port/0", "REDIS_URL cannot be read; the job is a"),
        (("TEST_JOB", "{", "a"), "", "JSON"),
        (('TEST"JOB', "{}", "a"), "", "the name or the id cannot be read; nothing was put in; the job is a"),
    ],
)
def test_what_is_wrong(node: Node, redis_url: str, words: tuple[str, ...], url: str, told: str) -> None:
    """A mistake is told in one line, without the address and its password."""
    done = node.run("node/enqueue.mjs", *words, REDIS_URL=url or redis_url)
    assert (done.returncode, done.stdout) == (1, "")
    [line] = done.stderr.splitlines()
    assert line.startswith("enqueue: ")
    assert told in line


def test_usage(node: Node) -> None:
    """Without arguments the command says how it is called."""
    done = node.run("node/enqueue.mjs")
    assert (done.returncode, done.stderr) == (2, "usage: enqueue.mjs NAME JSON [ID]\n")


def test_another_key_space(node: Node, redis_url: str, valkey_server: RealServer) -> None:
    """A key space of another version is left alone."""
    with valkey_server.client() as client:
        client.hset("{jobs}:meta", "schema", "3")
        done = node.run("node/enqueue.mjs", "TEST_JOB", "{}", "a", REDIS_URL=redis_url)
        assert done.stderr == "enqueue: the key space has version 3, and this producer writes 2; the job is a\n"
        assert client.keys("*") == [b"{jobs}:meta"]
