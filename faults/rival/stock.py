"""Stock Huey's side of the proof, as ``huey_consumer faults.rival.stock.app``: its tasks do what our handlers do."""

import os
import time
from functools import cache
from typing import Any, Final

import huey
from huey.api import Task

from faults.harm import WAYS
from faults.ledger import Ledger

URL: Final = "FAULTS_RIVAL_URL"
RETRIES: Final = 2
NAME: Final = "faults"


@cache
def make(url: str) -> tuple[huey.Huey, dict[str, Any]]:
    """Return an instance with the settings that Huey's guide shows, and its tasks by their names."""
    app = huey.RedisHuey(NAME, url=url)
    tasks = (work, harm, stick)
    return app, {task.__name__: app.task(retries=RETRIES, context=True)(task) for task in tasks}


def work(order: str, *, nap_ms: int, failures: int, leads: bool, task: Task) -> str:
    """Do what ``faults.handlers.work`` does."""
    _write("start", order, task)
    time.sleep(nap_ms / 1000)
    if RETRIES - task.retries < failures:
        _write("fail", order, task)
        raise ValueError("not yet")
    if leads:
        make(os.environ[URL])[1]["work"](f"{order}+", nap_ms=0, failures=0, leads=False)
    _write("end", order, task)
    return order


def harm(order: str, *, way: str, task: Task) -> str:
    """Do what ``faults.handlers.harm`` does."""
    _write("start", order, task)
    try:
        WAYS[way]()
    except MemoryError:
        _write("fail", order, task)
        raise
    _write("end", order, task)
    return order


def stick(order: str, *, task: Task) -> None:
    """Never end."""
    _write("start", order, task)
    while True:
        time.sleep(1)


def _write(word: str, order: str, task: Task) -> None:
    Ledger.of_this_process().write(word, order, task.id, f"0:{RETRIES - task.retries}")


def __getattr__(name: str) -> huey.Huey:
    """Make ``app`` of what the environment names, when the consumer asks for it."""
    if name != "app":
        raise AttributeError(name)
    return make(os.environ[URL])[0]
