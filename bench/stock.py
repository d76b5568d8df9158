"""The rival: stock Huey with its defaults, as ``huey_consumer bench.stock.app``."""

import os
from typing import Any, Final

import huey

from bench import ledger

KIND, URL = "BENCH_HUEY", "BENCH_URL"
STORAGES: Final = ("RedisHuey", "PriorityRedisExpireHuey")


def make(kind: str, url: str) -> tuple[huey.Huey, Any]:
    """Return an instance of one of Huey's classes, and its task."""
    app: huey.Huey = getattr(huey, kind)("bench", url=url)
    return app, app.task()(noop)


def noop(number: int) -> int:
    ledger.begin()
    return number


def __getattr__(name: str) -> huey.Huey:
    """Make ``app`` of what the environment names, when the consumer asks for it."""
    if name != "app":
        raise AttributeError(name)
    return make(os.environ[KIND], os.environ[URL])[0]
