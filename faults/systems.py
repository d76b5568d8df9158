"""The systems that are put to the proof: what a trial must know of each to harm it and to judge it."""

import time
from collections.abc import Iterable
from contextlib import closing, suppress
from math import inf
from signal import Signals
from typing import Final, Protocol, TypeVar

from faults.doors import MODULES, Door, HttpDoor, QueueDoor
from faults.setup import Setup
from faults.story import Story
from jobdefs.errors import StoreError
from jobdefs.policy import DEFAULT_NAMESPACE
from jobdefs.record import Ledger
from jobdefs.storage.call import Call
from jobdefs.storage.drivers import Store
from jobdefs.storage.inspection import InspectionCalls

T = TypeVar("T")
_ASKED: Final = 20
_PAUSE_S: Final = 0.5


class System(Protocol):
    """One of the systems. What runs shows in the ledger alone where ``still_s`` seconds must pass without a line.

    Nobody waits longer for it than ``patience_s`` seconds, whatever the row says.
    """

    name: str
    app: str
    is_ours: bool
    drain_signal: Signals
    still_s: float
    patience_s: float

    def options(self, setup: Setup) -> tuple[str, ...]:
        """Return what huey_consumer is given beside the app."""

    def variables(self, url: str) -> dict[str, str]:
        """Return the settings of its programs on a server."""

    def doors(self, url: str, api: str) -> list[Door]:
        """Return the ways to put jobs in; ``api`` is the service's address, empty where none runs."""

    def unfinished(self, url: str) -> str:
        """Return in words what is not at its end on a server, empty when nothing is left."""

    def look_up(self, url: str, told: Iterable[Story]) -> Ledger | None:
        """Add to each story what the store knows of its job; return the installation's own ledger, if it keeps one."""


class Ours:
    """This project."""

    name = "ours"
    app = "consumer.app"
    is_ours = True
    drain_signal = Signals.SIGTERM
    still_s = 0.0
    patience_s = inf

    def options(self, setup: Setup) -> tuple[str, ...]:
        """Return the options of a consumer with so many threads."""
        return "-n", "-w", str(setup.workers)

    def variables(self, url: str) -> dict[str, str]:
        """Return the settings of service and consumers."""
        return {"REDIS_URL": url, "JOBS_MODULES": MODULES, "JOBS_HANDLERS": "faults.handlers"}

    def doors(self, url: str, api: str) -> list[Door]:
        """Return QueueService, and the service where one runs."""
        return [QueueDoor(url), *([HttpDoor(api)] if api else [])]

    def unfinished(self, url: str) -> str:
        """Return what waits or runs, or that the store does not tell."""
        try:
            with closing(Store(url)) as store:
                counts = store.send(InspectionCalls(DEFAULT_NAMESPACE).queues())
        except StoreError as error:
            return str(error)
        for each in counts:
            if each.ready or each.scheduled or each.running or each.suspect:
                return f"{each.ready} ready, {each.scheduled} scheduled, {each.running} running, {each.suspect} suspect"
        return ""

    def look_up(self, url: str, told: Iterable[Story]) -> Ledger:
        """Ask the store about each job; raises StoreError where it gives no answer for long."""
        calls = InspectionCalls(DEFAULT_NAMESPACE)
        with closing(Store(url)) as store:
            for story in told:
                for job_id in sorted(story.jobs) or _asked_for(story):
                    story.record = story.record or _patiently(store, calls.find(job_id))
            return _patiently(store, calls.ledger())


def _patiently(store: Store, call: Call[T]) -> T:
    """Ask again where a busy machine has kept the store from answering in time."""
    for _ in range(_ASKED):
        with suppress(StoreError):
            return store.send(call)
        time.sleep(_PAUSE_S)
    return store.send(call)


def _asked_for(story: Story) -> list[str]:
    """Return the id of a job that nobody acknowledged: it may be in all the same."""
    return [story.order.options["id"] or ""] if story.order else []
