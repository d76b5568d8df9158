"""What a test stands on: its installation's store, its time, and the programs' definitions and handlers."""

import secrets
from collections.abc import Iterator, Sequence
from functools import cache, cached_property

from consumer.binding import Binding, load_bindings
from consumer.factory import WorkerFactory
from consumer.huey_bridge.app import JobsHuey
from consumer.plan import Plan, plans_of
from consumer.settings import ConsumerSettings
from consumer.testing.clock import MovedClock, local_ms
from jobdefs.catalog import Catalog, load_catalog
from jobdefs.policy import MAX_PAGE
from jobdefs.record import JobRecord
from jobdefs.runtime.settings import load
from jobdefs.storage.contract import NewJob
from jobdefs.storage.drivers import Store
from jobdefs.storage.inspection import InspectionCalls
from jobdefs.storage.submission import SubmissionCalls


class Ground:
    """One installation, as the environment's settings say; definitions and handlers are loaded when one is run."""

    def __init__(self) -> None:
        self.settings = load(ConsumerSettings)
        self.store = Store(self.settings.redis_url)
        self._inspection = InspectionCalls(self.settings.namespace)
        asked_ms = local_ms()
        opened = self.store.send(self._inspection.open(secrets.token_hex(16)))
        self.clock = MovedClock(opened.now_ms, asked_ms)

    @cached_property
    def app(self) -> JobsHuey:
        """The Huey instance that a consumer would run; raises JobsError."""
        return WorkerFactory(self.settings, _catalog(self.settings.modules)).build()

    @cached_property
    def plans(self) -> dict[str, Plan]:
        """How jobs of each name are run; raises JobsError."""
        return plans_of(self.app, _bindings(self.settings.modules, self.settings.handlers))

    def put_in(self, jobs: Sequence[NewJob]) -> None:
        """Put jobs in."""
        self.store.send(SubmissionCalls(self.settings.namespace).submit(jobs))

    def records(self, name: str) -> Iterator[JobRecord]:
        """Yield the jobs of a name, those of all names for an empty one."""
        cursor: str | None = None
        while True:
            page = self.store.send(
                self._inspection.page(state=None, queue="", name=name, cursor=cursor, limit=MAX_PAGE)
            )
            yield from page.jobs
            cursor = page.cursor
            if cursor is None:
                return

    def find(self, job_id: str) -> JobRecord | None:
        """Read one job, None where there is no such job."""
        return self.store.send(self._inspection.find(job_id))

    def close(self) -> None:
        """Close every connection."""
        self.store.close()
        if "app" in vars(self):
            self.app.store.close()


# Looking through all installed distributions takes longer than most tests do.
@cache
def _catalog(modules: str) -> Catalog:
    return load_catalog(modules)


@cache
def _bindings(modules: str, handlers: str) -> dict[str, Binding]:
    return load_bindings(_catalog(modules), handlers)
