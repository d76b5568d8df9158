"""One enqueue: what is asked for, how it is written down, and what became of it."""

from collections.abc import Mapping
from typing import Any

import attrs
from attrs import AttrsInstance

from jobdefs.catalog import Catalog
from jobdefs.clock import to_ms
from jobdefs.definition import Definition, definition_of
from jobdefs.errors import InvalidOption
from jobdefs.policy import MAX_BATCH
from jobdefs.record import Envelope
from jobdefs.state import State
from jobdefs.storage.contract import NewJob, Receipt
from jobdefs.wire import codec, envelope
from service.options import EnqueueOptions, Options


@attrs.frozen
class EnqueueRequest:
    """One job to enqueue: a name with its payload as a mapping, or a payload object alone."""

    job: str | AttrsInstance
    payload: Mapping[str, Any] | None = None
    options: EnqueueOptions = attrs.field(factory=EnqueueOptions)


@attrs.frozen(kw_only=True)
class EnqueueReceipt:
    """What became of an enqueue. ``created`` is False where the id was there already; then ``state`` is that job's.

    ``state`` is None where that job's retention has ended and only its id is remembered.
    """

    id: str
    name: str
    queue: str
    state: State | None
    created: bool


@attrs.frozen
class Prepared:
    """A request that was found good: its envelope, and the job as the store takes it."""

    envelope: Envelope
    job: NewJob

    def receipt(self, given: Receipt) -> EnqueueReceipt:
        """Return what the caller gets for the store's receipt."""
        written = self.envelope
        return EnqueueReceipt(
            id=written.id, name=written.name, queue=written.queue, state=given.state, created=given.created
        )


def check_batch(size: int) -> None:
    """Refuse more jobs at once than may be enqueued together; raises InvalidOption."""
    if size > MAX_BATCH:
        raise InvalidOption("jobs", f"at most {MAX_BATCH:,} can be enqueued at once, these are {size:,}")


def prepare(request: EnqueueRequest, catalog: Catalog) -> Prepared:
    """Write the job down; raises UnknownJob, InvalidPayload, InvalidOption or TooLarge."""
    definition, payload = _payload(request, catalog)
    options = Options(**request.options)
    written = Envelope(
        id=envelope.new_id() if options.id is None else options.id,
        name=definition.name,
        queue=definition.queue,
        priority=definition.priority if options.priority is None else options.priority,
        payload=payload,
        expires_in_ms=None if options.expires_in is None else to_ms(options.expires_in),
        attempts=options.attempts,
    )
    return Prepared(written, NewJob(envelope=envelope.write(written), delay=options.delay, due_at=options.run_at))


def _payload(request: EnqueueRequest, catalog: Catalog) -> tuple[Definition, bytes]:
    if isinstance(request.job, str):
        definition = catalog.get(request.job)
        given = dict(request.payload) if isinstance(request.payload, Mapping) else request.payload
        return definition, codec.encode(definition, codec.structure(definition, given))
    if request.payload is not None:
        raise InvalidOption("payload", "goes with a job's name; a payload object carries its own")
    if definition_of(request.job) is None:
        takes = "enqueue takes a name and a payload, or a payload object whose class has @define"
        raise InvalidOption("job", f"{takes}; this is a {type(request.job).__name__}")
    definition = catalog.of(request.job)
    return definition, codec.encode(definition, request.job)
