"""Who drains: a consumer with one setting, ours or stock Huey's."""

from collections.abc import Callable
from typing import Any, Final

import attrs

from bench import stock, supply

_MODULES: Final = {"JOBS_MODULES": "bench.jobs", "JOBS_HANDLERS": "bench.handlers"}


@attrs.frozen(kw_only=True)
class Contestant:
    """One consumer with one setting: how its backlog is made, and how jobs are counted, waiting and done."""

    name: str
    app: str
    options: tuple[str, ...]
    environment: Callable[[str], dict[str, str]]
    fill: Callable[[str, int], None]
    waiting: Callable[[Any], int]
    done: Callable[[Any], int]


def ours(payload: Any, kind: str = "thread", workers: int = 1, **variables: str) -> Contestant:
    """Return a consumer of ours whose backlog is jobs of one class; ``variables`` are settings of its own."""
    return Contestant(
        name=f"{payload.__name__} -k {kind} -w {workers}",
        app="consumer.app",
        options=("-k", kind, "-w", str(workers)),
        environment=lambda url: {"REDIS_URL": url} | _MODULES | variables,
        fill=lambda url, jobs: supply.fill(url, map(payload, range(jobs))),
        waiting=supply.waiting,
        done=supply.succeeded,
    )


def stock_huey(storage: str, kind: str = "thread", workers: int = 1, task: str = "noop") -> Contestant:
    """Return a consumer of stock Huey whose backlog is one of its tasks."""
    counted = "zcard" if storage.startswith("Priority") else "llen"
    return Contestant(
        name=f"{storage} -k {kind} -w {workers}",
        app="bench.stock.app",
        options=("-k", kind, "-w", str(workers)),
        environment=lambda url: {stock.KIND: storage, stock.URL: url},
        fill=lambda url, jobs: _fill_stock(storage, url, task, jobs),
        waiting=lambda client: int(getattr(client, counted)("huey.redis.bench")),
        done=_stored_by_stock,
    )


def _stored_by_stock(client: Any) -> int:
    # RedisHuey keeps results in one hash; the other keeps each in a key of its own, beside the queue's one.
    in_hash: int = client.hlen("huey.results.bench")
    return in_hash or -client.exists("huey.redis.bench") + client.dbsize()


def _fill_stock(storage: str, url: str, task: str, jobs: int) -> None:
    app, tasks = stock.make(storage, url)
    for number in range(jobs):
        tasks[task](number)
    app.storage.close()
