"""How safe a job is when its enqueue is answered: asked for, told, and never only claimed."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

import service
from jobdefs import load_catalog
from jobdefs.durability import Durability
from jobdefs.errors import InvalidOption, JobNotFound, NotDurable, StoreUnsuitable
from jobdefs.storage.drivers import AsyncStore
from service import EnqueueReceipt, EnqueueRequest, QueueService
from service.settings import ServiceSettings
from tests.support.replicas import replicated
from tests.support.servers import KINDS, RealServer, running
from tests.support.waiting import eventually_async

PAYLOAD = {"message": "hello"}
ALWAYS = ("--appendonly", "yes", "--appendfsync", "always")
EVERYSEC = ("--appendonly", "yes", "--appendfsync", "everysec")


@pytest.fixture(params=KINDS)
def always(request: pytest.FixtureRequest) -> Iterator[RealServer]:
    with running(request.param, *ALWAYS) as server:
        yield server


@asynccontextmanager
async def queue_on(server: RealServer, durability: str = "") -> AsyncIterator[QueueService]:
    async with AsyncStore(server.url) as store:
        wanted = Durability.read(durability) if durability else None
        yield QueueService(load_catalog(), store, durability=wanted)


async def told(queue: QueueService, **options: Any) -> str:
    return (await queue.enqueue("TEST_JOB", PAYLOAD, **options)).durability


async def is_there(queue: QueueService, job_id: str) -> bool:
    try:
        await queue.get(job_id)
    except JobNotFound:
        return False
    return True


async def test_disk_where_each_write_is_forced(always: RealServer):
    """On a server that forces each write to its disk, a job is told to be there, asked for or not."""
    async with queue_on(always) as queue:
        assert await told(queue) == "disk"
        assert await told(queue, durability="disk") == "disk"
        assert await told(queue, durability="memory") == "disk"


@pytest.mark.parametrize(
    ("options", "mend"),
    [
        ((), "keeps no append-only file; run CONFIG SET appendonly yes and CONFIG SET appendfsync always"),
        (EVERYSEC, r"writes to its disk later .appendfsync everysec.; run CONFIG SET appendfsync always"),
        ((*ALWAYS[:3], "no"), r"writes to its disk later .appendfsync no.; run CONFIG SET appendfsync always"),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
async def test_disk_where_it_cannot_be_had(kind: str, options: tuple[str, ...], mend: str):
    """Where disk cannot be had the error says what to set, the job is not put in, and nothing more is claimed."""
    with running(kind, *options) as server:
        async with queue_on(server) as queue:
            assert await told(queue) == "memory"
            with pytest.raises(NotDurable, match=rf"^disk was asked for, and .*{mend}.*The job was not put in\.$"):
                await told(queue, durability="disk", id="a")
            assert not await is_there(queue, "a")


async def test_disk_without_rewriting_in_mind():
    """A Redis that forces nothing while it rewrites its file, and cannot be asked for a write, is not believed."""
    with running("redis", *ALWAYS, "--no-appendfsync-on-rewrite", "yes") as server:
        async with queue_on(server) as queue:
            assert await told(queue) == "memory"
            with pytest.raises(NotDurable, match="run CONFIG SET no-appendfsync-on-rewrite no"):
                await told(queue, durability="disk")


async def test_disk_while_it_is_rewritten():
    """A server that can be asked for a write is believed only once the write is on its disk."""
    with running("valkey", *ALWAYS, "--no-appendfsync-on-rewrite", "yes") as server, server.client() as admin:
        admin.mset({str(number): "x" for number in range(100)})
        async with queue_on(server) as queue:
            assert await told(queue, durability="disk") == "disk"
            admin.config_set("rdb-key-save-delay", 20_000)
            admin.bgrewriteaof()
            with pytest.raises(NotDurable, match="did not write it to its disk within 500 ms; the job may be in"):
                await told(queue, durability="disk")


async def test_disk_where_nothing_is_told(always: RealServer):
    """Where the user may not ask how the server writes, disk is neither told nor promised."""
    with always.client() as admin:
        admin.acl_setuser("narrow", enabled=True, nopass=True, commands=["+@all", "-config"], keys=["*"])
    url = f"{always.url}?password=any".replace("unix://", "unix://narrow@")
    async with queue_on(RealServer(url, always.process)) as queue:
        assert await told(queue) == "memory"
        with pytest.raises(NotDurable, match="permit its user the command CONFIG GET"):
            await told(queue, durability="disk")


@pytest.mark.parametrize(("parameter", "value"), [("appendonly", "no"), ("appendfsync", "everysec")])
async def test_a_server_that_changes(always: RealServer, parameter: str, value: str):
    """When the server stops forcing writes to its disk, disk is refused at once, and then before a job is put in."""
    async with queue_on(always) as queue:
        assert await told(queue) == "disk"
        with always.client() as admin:
            admin.config_set(parameter, value)
        with pytest.raises(NotDurable, match="the job may be in: send it again with the same id"):
            await told(queue, durability="disk")
        assert await told(queue) == "memory"
        with pytest.raises(NotDurable, match="was not put in"):
            await told(queue, durability="disk")


@pytest.mark.parametrize(("parameter", "value"), [("appendonly", "no"), ("appendfsync", "everysec")])
async def test_a_change_where_nothing_is_asked(always: RealServer, parameter: str, value: str):
    """What was disk until this moment is not told to be: the job is taken, and its receipt says memory at once."""
    async with queue_on(always) as queue:
        assert await told(queue) == "disk"
        with always.client() as admin:
            admin.config_set(parameter, value)
        receipt = await queue.enqueue("TEST_JOB", PAYLOAD)
        assert (receipt.created, receipt.durability) == (True, "memory")
        assert await told(queue, durability="memory") == "memory"
        assert await is_there(queue, receipt.id)


async def test_disk_is_told_again(always: RealServer):
    """A server that forces writes to its disk again is noticed within five seconds, also where nothing is asked."""
    async with queue_on(always) as queue:
        with always.client() as admin:
            admin.config_set("appendfsync", "everysec")
            assert await told(queue) == "memory"
            admin.config_set("appendfsync", "always")

        async def is_seen() -> bool:
            return await told(queue) == "disk"

        await eventually_async(is_seen, timeout=6)


async def test_nothing_more_is_asked_of_a_server_without_a_disk(queue: QueueService, valkey_server: RealServer):
    """Where disk would not be told anyway, an enqueue costs no command beside its own."""
    assert await told(queue) == "memory"
    with valkey_server.client() as admin:
        before = admin.info("commandstats")
        assert await told(queue) == "memory"
        after = admin.info("commandstats")
    more = {name for name in after if after[name]["calls"] > before.get(name, {"calls": 0})["calls"]}
    assert not more & {"cmdstat_waitaof", "cmdstat_config|get"}


@pytest.mark.parametrize("kind", KINDS)
async def test_replica(kind: str):
    """A job at level replica is confirmed by a replica; while that hangs, neither the job nor its repeat is."""
    with replicated(kind) as (primary, replica):
        async with queue_on(primary) as queue, queue_on(primary) as other:
            assert (await confirmed(queue, "first")).durability == "replica:1"
            with replica.frozen():
                # The repeat has nothing to put in, on a connection that has not written.
                for asked in (queue, other):
                    with pytest.raises(NotDurable, match=r"0 of 1 confirmed it within 500 ms; the job may be in"):
                        await told(asked, durability="replica:1", id="a")
                assert await told(queue) == "memory"
            again = await confirmed(other, "a")
            assert (again.created, again.durability) == (False, "replica:1")


async def confirmed(queue: QueueService, job_id: str) -> EnqueueReceipt:
    """Ask for a replica until it confirms: on a busy machine it may take more than half a second."""

    async def asked() -> EnqueueReceipt | None:
        with suppress(NotDurable):
            return await queue.enqueue("TEST_JOB", PAYLOAD, durability="replica:1", id=job_id)
        return None

    receipt = await eventually_async(asked)
    assert receipt is not None
    return receipt


async def test_too_few_replicas(redis_url: str, valkey_server: RealServer):
    """More replicas than there are: the error counts them, and the job is not put in."""
    async with queue_on(valkey_server) as queue:
        with pytest.raises(NotDurable, match=r"has too few replicas: 0 of 2 are there; bring them back"):
            await told(queue, durability="replica:2", id="a")
        assert not await is_there(queue, "a")


async def test_many_levels_at_once(always: RealServer):
    """Of many jobs each is answered at its own level; one that cannot be had stops no other."""
    levels = ["disk", "replica:3", None, "memory", "disk"]
    async with queue_on(always) as queue:
        requests = [EnqueueRequest("TEST_JOB", PAYLOAD, {"durability": level}) for level in levels]
        verdicts = await queue.enqueue_many(requests)
    reached = [error.code if isinstance(error, NotDurable) else error.durability for error in verdicts]  # type: ignore[union-attr]
    assert reached == ["disk", "not_durable", "disk", "disk", "disk"]


@pytest.mark.parametrize("level", ["disc", "replica:0", "replica:10", "replica", "", 3])
async def test_no_such_level(redis_url: str, valkey_server: RealServer, level: Any):
    """A level that does not exist is refused with those that do."""
    async with queue_on(valkey_server) as queue:
        with pytest.raises(InvalidOption, match=r"and must be memory, disk, or replica:1 to replica:9\.$"):
            await told(queue, durability=level)


async def test_the_default(always: RealServer):
    """What is asked for by default is promised to every job that asks for nothing else, and only if it can be had."""
    async with queue_on(always, durability="disk") as queue:
        await queue.check()
        with always.client() as admin:
            admin.config_set("appendonly", "no")
        with pytest.raises(NotDurable):
            await told(queue)
        with pytest.raises(
            StoreUnsuitable, match=r"JOBS_DURABILITY is disk, and the server at .* keeps no append-only"
        ):
            await queue.check()
        assert await told(queue, durability="memory") == "memory"
        with always.client() as admin:
            admin.config_set("appendonly", "yes")
        await eventually_async(lambda: healthy(queue))


async def healthy(queue: QueueService) -> bool:
    try:
        await queue.check()
    except StoreUnsuitable:
        return False
    return True


async def test_over_http(redis_url: str):
    """The body asks, the receipt tells, and what cannot be had is 503 with Retry-After and a code of its own."""
    app = service.create_app(settings=ServiceSettings(redis_url=redis_url))
    async with TestClient(TestServer(app)) as client:
        response = await client.post("/v1/enqueue/TEST_JOB", json={"payload": PAYLOAD, "durability": "memory"})
        assert (response.status, (await response.json())["durability"]) == (202, "memory")
        response = await client.post("/v1/enqueue/TEST_JOB", json={"payload": PAYLOAD, "durability": "disk"})
        assert (response.status, response.headers["Retry-After"]) == (503, "1")
        assert (await response.json())["code"] == "not_durable"
