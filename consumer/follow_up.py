"""Jobs that a handler enqueues through its context."""

from datetime import timedelta
from typing import Any

from consumer.huey_bridge.app import JobsHuey
from jobdefs.errors import InvalidOption
from jobdefs.policy import MAX_DELAY
from jobdefs.record import Envelope
from jobdefs.storage.contract import Effect, NewJob
from jobdefs.storage.submission import follow_up
from jobdefs.wire import codec, envelope
from jobdefs.wire.uniqueness import lock_of


class FollowUps:
    """Collects what a handler enqueues; it is submitted by the settlement of a successful attempt."""

    def __init__(self, app: JobsHuey) -> None:
        self._app = app
        self.jobs: list[NewJob] = []

    def add(self, job: Any, delay: timedelta) -> str:
        """Take a payload object in and return its job's id; raises JobsError where it cannot be written down."""
        if not timedelta(0) <= delay <= MAX_DELAY:
            raise InvalidOption("delay", f"must be at least 0 and at most {MAX_DELAY.days:,} days")
        definition = self._app.catalog.of(job)
        payload = codec.encode(definition, job)
        written = Envelope(
            id=envelope.new_id(),
            name=definition.name,
            queue=definition.queue,
            priority=definition.priority,
            payload=payload,
            version=definition.version,
        )
        lock = lock_of(definition, job, payload)
        self.jobs.append(NewJob(envelope=envelope.write(written), delay=delay, lock=lock))
        return written.id

    def effects(self) -> list[Effect]:
        """Return what was collected, for the settlement."""
        return [follow_up(job) for job in self.jobs]
