"""Our jobs, as the benchmarks put them in: written beforehand, many in one call."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from jobdefs.definition import definition_of
from jobdefs.policy import DEFAULT_NAMESPACE, DEFAULT_QUEUE
from jobdefs.record import Envelope
from jobdefs.storage.contract import NewJob
from jobdefs.storage.drivers import Store
from jobdefs.storage.submission import SubmissionCalls
from jobdefs.wire import codec, envelope

AT_ONCE: Final = 500
_CALLS: Final = SubmissionCalls(DEFAULT_NAMESPACE)


def key(kind: str) -> str:
    """Return the name of one of our keys on the server."""
    return f"{{{DEFAULT_NAMESPACE}}}:{kind}"


def waiting(client: Any) -> int:
    """Count the jobs that are ready."""
    return int(client.zcard(key(f"ready:{DEFAULT_QUEUE}")))


def scheduled(client: Any) -> int:
    """Count the jobs that are not due yet, or not seen to be."""
    return int(client.zcard(key(f"scheduled:{DEFAULT_QUEUE}")))


def succeeded(client: Any) -> int:
    """Count the jobs that have succeeded."""
    return int(client.zcard(key("final:succeeded")))


def written(payload: Any, due_at: datetime | None = None) -> NewJob:
    """Return a job as the store takes it."""
    definition = definition_of(payload)
    assert definition is not None
    made = Envelope(
        id=envelope.new_id(),
        name=definition.name,
        queue=definition.queue,
        priority=definition.priority,
        payload=codec.encode(definition, payload),
    )
    return NewJob(envelope=envelope.write(made), due_at=due_at)


def put(store: Store, jobs: Sequence[NewJob]) -> None:
    """Put jobs in, 500 in one call."""
    for start in range(0, len(jobs), AT_ONCE):
        store.send(_CALLS.submit(jobs[start : start + AT_ONCE]))


def fill(url: str, payloads: Iterable[Any]) -> None:
    """Lay out a backlog."""
    store = Store(url)
    put(store, [written(payload) for payload in payloads])
    store.close()
