"""The rival: stock Huey with its defaults, as ``huey_consumer bench.stock.app``."""

import os
import time
from typing import Any, Final

import huey

from bench import ledger

KIND, URL = "BENCH_HUEY", "BENCH_URL"
STORAGES: Final = ("RedisHuey", "PriorityRedisExpireHuey")


def make(kind: str, url: str) -> tuple[huey.Huey, dict[str, Any]]:
    """Return an instance of one of Huey's classes, and its tasks by their names."""
    app: huey.Huey = getattr(huey, kind)("bench", url=url)
    return app, {function.__name__: app.task()(function) for function in (noop, pause, noted)}


def noop(number: int) -> int:
    ledger.begin()
    return number


def pause(number: int) -> int:
    ledger.begin()
    time.sleep(0.02)
    return number


def noted(number: int) -> int:
    ledger.note(number)
    return number


def __getattr__(name: str) -> huey.Huey:
    """Make ``app`` of what the environment names, when the consumer asks for it."""
    if name != "app":
        raise AttributeError(name)
    return make(os.environ[KIND], os.environ[URL])[0]
