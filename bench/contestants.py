"""Who drains: each setting of ours, and each of stock Huey's."""

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any, Final

import attrs

from bench import stock
from bench.jobs import AsyncNoop, PlainNoop
from jobdefs.definition import definition_of
from jobdefs.policy import DEFAULT_NAMESPACE, DEFAULT_QUEUE
from jobdefs.record import Envelope
from jobdefs.storage.contract import NewJob
from jobdefs.storage.drivers import Store
from jobdefs.storage.submission import SubmissionCalls
from jobdefs.wire import codec, envelope

_BATCH: Final = 500


class Side(StrEnum):
    """Whose consumer it is."""

    OURS = "ours"
    STOCK = "stock"


@attrs.frozen(kw_only=True)
class Contestant:
    """One consumer with one setting: how its backlog is made, and how jobs are counted, waiting and done."""

    side: Side
    name: str
    app: str
    options: tuple[str, ...]
    environment: Callable[[str], dict[str, str]]
    fill: Callable[[str, int], None]
    waiting: Callable[[Any], int]
    done: Callable[[Any], int]


def contestants() -> Iterator[Contestant]:
    """Yield every setting of both sides."""
    yield _ours("async def", AsyncNoop, "thread", 1)
    yield _ours("async def", AsyncNoop, "process", 2)
    for workers in (1, 2, 4, 8):
        yield _ours("def", PlainNoop, "thread", workers)
    yield _ours("def", PlainNoop, "process", 2)
    for storage in stock.STORAGES:
        for kind in ("thread", "process"):
            for workers in (1, 2, 4, 8):
                yield _stock(storage, kind, workers)


def _ours(handler: str, payload: type[AsyncNoop | PlainNoop], kind: str, workers: int) -> Contestant:
    return Contestant(
        side=Side.OURS,
        name=f"{handler} -k {kind} -w {workers}",
        app="consumer.app",
        options=("-k", kind, "-w", str(workers)),
        environment=lambda url: {"REDIS_URL": url, "JOBS_MODULES": "bench.jobs", "JOBS_HANDLERS": "bench.handlers"},
        fill=lambda url, jobs: _fill_ours(url, payload, jobs),
        waiting=lambda client: int(client.zcard(f"{{{DEFAULT_NAMESPACE}}}:ready:{DEFAULT_QUEUE}")),
        done=lambda client: int(client.zcard(f"{{{DEFAULT_NAMESPACE}}}:final:succeeded")),
    )


def _fill_ours(url: str, payload: type[AsyncNoop | PlainNoop], jobs: int) -> None:
    store, calls = Store(url), SubmissionCalls(DEFAULT_NAMESPACE)
    for start in range(0, jobs, _BATCH):
        batch = range(start, min(start + _BATCH, jobs))
        store.send(calls.submit([NewJob(envelope=_written(payload(number))) for number in batch]))
    store.close()


def _written(job: AsyncNoop | PlainNoop) -> bytes:
    definition = definition_of(job)
    assert definition is not None
    payload = codec.encode(definition, job)
    return envelope.write(
        Envelope(
            id=envelope.new_id(),
            name=definition.name,
            queue=definition.queue,
            priority=definition.priority,
            payload=payload,
        )
    )


def _stock(storage: str, kind: str, workers: int) -> Contestant:
    return Contestant(
        side=Side.STOCK,
        name=f"{storage} -k {kind} -w {workers}",
        app="bench.stock.app",
        options=("-k", kind, "-w", str(workers)),
        environment=lambda url: {stock.KIND: storage, stock.URL: url},
        fill=lambda url, jobs: _fill_stock(storage, url, jobs),
        waiting=lambda client: int(
            (client.zcard if storage.startswith("Priority") else client.llen)("huey.redis.bench")
        ),
        done=_stored_by_stock,
    )


def _stored_by_stock(client: Any) -> int:
    # RedisHuey keeps results in one hash; the other keeps each in a key of its own, beside the queue's one.
    in_hash: int = client.hlen("huey.results.bench")
    return in_hash or -client.exists("huey.redis.bench") + client.dbsize()


def _fill_stock(storage: str, url: str, jobs: int) -> None:
    app, task = stock.make(storage, url)
    for number in range(jobs):
        task(number)
    app.storage.close()
