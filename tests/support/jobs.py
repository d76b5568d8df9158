"""The shop's jobs as a producer and an operator handle them: put in, looked up, waited for."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import attrs

from jobdefs import load_catalog
from jobdefs.catalog import Catalog
from jobdefs.record import Envelope, JobRecord
from jobdefs.state import State
from jobdefs.storage.contract import NewJob
from jobdefs.storage.drivers import Store
from jobdefs.storage.inspection import InspectionCalls
from jobdefs.storage.submission import SubmissionCalls
from jobdefs.wire import codec, envelope
from tests.support.waiting import eventually

NAMESPACE = "jobs"
MODULES = "tests.support.shop.jobs"


@attrs.frozen
class Jobs:
    """The jobs on one server."""

    store: Store
    catalog: Catalog

    def put(self, payload: object, **options: Any) -> str:
        """Put a job in and return its id; ``delay`` and the fields of an envelope may be given."""
        return self.put_all([payload], **options)[0]

    def put_all(self, payloads: Sequence[object], *, delay: timedelta = timedelta(0), **fields: Any) -> list[str]:
        """Put jobs in, all in one move."""
        written = [self._written(payload, fields) for payload in payloads]
        new = [NewJob(envelope=envelope.write(each), delay=delay) for each in written]
        self.store.send(SubmissionCalls(NAMESPACE).submit(new))
        return [each.id for each in written]

    def put_raw(self, name: str, payload: bytes, **fields: Any) -> str:
        """Put in a job that no definition here stands for; other fields of the envelope may be given."""
        given = Envelope(id=envelope.new_id(), name=name, queue="default", priority=0, payload=payload)
        job = attrs.evolve(given, **fields)
        self.store.send(SubmissionCalls(NAMESPACE).submit([NewJob(envelope=envelope.write(job))]))
        return job.id

    def replay(self, job_id: str) -> None:
        """Make a job that has ended ready again."""
        self.store.send(SubmissionCalls(NAMESPACE).replay(job_id))

    def find(self, job_id: str) -> JobRecord | None:
        """Look a job up."""
        return self.store.send(InspectionCalls(NAMESPACE).find(job_id))

    def state(self, job_id: str) -> State | None:
        """Tell the state of a job, None where there is no such job."""
        found = self.find(job_id)
        return found.state if found else None

    def ended(self, job_id: str, timeout: float = 10) -> JobRecord:
        """Wait until a job has come to its end, and return it."""
        found = eventually(lambda: self._ended(job_id), timeout, f"the end of {job_id}")
        assert found is not None
        return found

    def run(self, payload: object, **options: Any) -> JobRecord:
        """Put a job in and wait for its end."""
        return self.ended(self.put(payload, **options))

    def _ended(self, job_id: str) -> JobRecord | None:
        found = self.find(job_id)
        return found if found and (found.state.final or found.state is State.PARKED) else None

    def _written(self, payload: object, fields: dict[str, Any]) -> Envelope:
        definition = self.catalog.of(payload)
        job = Envelope(
            id=envelope.new_id(),
            name=definition.name,
            queue=definition.queue,
            priority=definition.priority,
            payload=codec.encode(definition, payload),
            version=definition.version,
        )
        return attrs.evolve(job, **fields)


@contextmanager
def jobs_on(url: str) -> Iterator[Jobs]:
    """Open the jobs on a server."""
    store = Store(url)
    try:
        yield Jobs(store, load_catalog(MODULES))
    finally:
        store.close()


def story(job: JobRecord) -> list[str]:
    """Return what happened to a job, in order."""
    return [event.name for event in job.events]
