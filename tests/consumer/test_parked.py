"""What cannot be run is parked with the reason, never dropped and never executed, and the others run on."""

from collections.abc import Callable
from pathlib import Path

import pytest
import redis

from jobdefs import State
from jobdefs.record import JobRecord
from tests.support.consumers import RunningConsumer
from tests.support.jobs import Jobs
from tests.support.servers import RealServer
from tests.support.shop.jobs import Add
from tests.support.waiting import eventually

pytestmark = pytest.mark.usefixtures("consumer")

HIGHEST = 0
PICKLE = b"cos\nsystem\n(S'touch %s'\ntR."


@pytest.fixture
def write_raw(valkey_server: RealServer, jobs: Jobs) -> Callable[[str, bytes | list[str]], None]:
    """Write something under a job's key, and its id among the ready ones, as nobody should."""

    def write(job_id: str, value: bytes | list[str]) -> None:
        with valkey_server.client() as client:
            if isinstance(value, bytes):
                client.set(f"{{jobs}}:job:{job_id}", value)
            else:
                client.rpush(f"{{jobs}}:job:{job_id}", *value)
            client.zadd("{jobs}:ready:default", {job_id: HIGHEST})
        # Another job wakes the consumer.
        jobs.run(Add(1, 1))

    return write


def parked(jobs: Jobs, job_id: str) -> JobRecord:
    job = jobs.ended(job_id)
    assert job.state is State.PARKED
    assert jobs.run(Add(1, 1)).state is State.SUCCEEDED
    return job


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xff\x00\xfe", "it is not JSON"),
        (b"{}", "the field 'v' is missing"),
        (b'{"v":2}', "it has version 2, and this program reads version 1; upgrade this program"),
    ],
)
def test_unreadable_bytes(jobs: Jobs, write_raw: Callable[[str, bytes], None], data: bytes, reason: str) -> None:
    """Bytes that are no job are kept, beside the reason."""
    job_id = f"raw-{len(data)}"
    write_raw(job_id, data)
    job = parked(jobs, job_id)
    assert (reason in job.reason, job.raw) == (True, data)


def test_a_key_of_another_type(jobs: Jobs, valkey_server: RealServer, write_raw: Callable[..., None]) -> None:
    """A list where a job should be is parked, and stays."""
    write_raw("a-list", ["no", "job"])
    with valkey_server.client() as client:
        assert eventually(lambda: client.zscore("{jobs}:parked", "a-list"))
        assert client.hget("{jobs}:run:a-list", "reason") == b"its envelope is not a string"


def test_pickle(jobs: Jobs, tmp_path: Path, write_raw: Callable[[str, bytes], None]) -> None:
    """A hostile pickle, which stock Huey would execute, is parked like any other garbage."""
    harm = tmp_path / "harm"
    write_raw("a-pickle", PICKLE % str(harm).encode())
    assert "it is not JSON" in parked(jobs, "a-pickle").reason
    assert not harm.exists()


def test_unknown_name(jobs: Jobs, consumer: RunningConsumer) -> None:
    """A job that nobody here knows is parked under its name, and the log says so."""
    job_id = jobs.put_raw("NOBODY", b"{}")
    assert parked(jobs, job_id).reason == "no definition is named 'NOBODY' in the consumer that claimed it"
    assert len(consumer.logged(job_id, "parked")) == 1


def test_unknown_plain_task(jobs: Jobs) -> None:
    """A plain task that is not registered here is parked."""
    job_id = jobs.put_raw("huey:shop.nothing", b'{"args":[],"kwargs":{}}')
    assert "'huey:shop.nothing'" in parked(jobs, job_id).reason


def test_payload_that_no_longer_fits(jobs: Jobs, consumer: RunningConsumer) -> None:
    """A payload that does not fit its class is parked with every fault in it."""
    job_id = jobs.put_raw("ADD", b'{"a":"x","c":1}')
    reason = parked(jobs, job_id).reason
    assert all(path in reason for path in ("$.a", "$.b", "$.c"))
    assert len(consumer.logged(job_id, "parked")) == 1


def test_replay_of_what_was_parked(jobs: Jobs) -> None:
    """A parked job that is replayed while nothing has changed is parked again, and does not loop."""
    job_id = jobs.put_raw("NOBODY", b"{}")
    parked(jobs, job_id)
    jobs.replay(job_id)
    eventually(lambda: (found := jobs.find(job_id)) and found.generation == 1 and found.state is State.PARKED)


def test_nothing_stored_is_a_pickle(jobs: Jobs, valkey_server: RealServer) -> None:
    """Nothing that the consumer stores starts as a pickle does."""
    jobs.run(Add(1, 1))
    with valkey_server.client() as client:
        stored = [value for key in client.scan_iter() for value in _values(client, key)]
    assert any(value == b"succeeded" for value in stored)
    assert not [value for value in stored if value.startswith(b"\x80")]


def _values(client: redis.Redis, key: bytes) -> list[bytes]:
    readers = {b"string": "GET", b"hash": "HVALS"}
    reader = readers.get(client.execute_command("TYPE", key))
    if reader is None:
        return []
    found = client.execute_command(reader, key)
    return found if isinstance(found, list) else [found]
