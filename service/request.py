"""One enqueue: what is asked for, how it is written down, and what became of it."""

from collections.abc import Mapping
from typing import Any, Final

import attrs

from jobdefs.catalog import Catalog
from jobdefs.clock import to_ms
from jobdefs.definition import Definition, definition_of
from jobdefs.durability import Durability
from jobdefs.errors import DuplicateJob, IdempotencyConflict, InvalidOption
from jobdefs.payload import Payload
from jobdefs.policy import MAX_BATCH
from jobdefs.record import Envelope
from jobdefs.state import State
from jobdefs.storage.contract import NewJob, Receipt, SubmitVerdict
from jobdefs.unique import Conflict
from jobdefs.wire import codec, envelope
from service.digest import digest, said
from service.options import EnqueueOptions, Options
from service.uniqueness import lock_for

# Found once: see storage/contract.py.
_DUPLICATE: Final = SubmitVerdict.DUPLICATE
_DIFFERENT: Final = SubmitVerdict.DIFFERENT


@attrs.frozen
class EnqueueRequest:
    """One job to enqueue: a name with its payload as a mapping, or a payload object alone."""

    job: str | Payload
    payload: Mapping[str, Any] | None = None
    options: EnqueueOptions = attrs.field(factory=EnqueueOptions)


# As good as frozen, but for its constructor, which takes half as long: one is made per job.
@attrs.define(kw_only=True, unsafe_hash=True, on_setattr=attrs.setters.frozen)
class EnqueueReceipt:
    """What became of an enqueue. ``created`` is False where the job was there already, or another one in its place.

    Then ``id`` and ``state`` are those of the job that is there, ``name`` is None where it is not known, and ``queue``
    is None. ``state`` is None where that job's retention has ended and only its id is remembered. ``durability`` is how
    safe the job is: ``memory``, ``disk`` or ``replica:n``.
    """

    id: str
    name: str | None
    queue: str | None
    state: State | None
    created: bool
    durability: str


# Not frozen, for the same reason.
@attrs.define
class Prepared:
    """A request that was found good: its definition, the job as the store takes it, and the level asked for, if any."""

    definition: Definition
    job: NewJob
    durability: Durability | None = None

    def receipt(self, given: Receipt, reached: Durability) -> EnqueueReceipt | DuplicateJob | IdempotencyConflict:
        """Return what the caller gets for the store's receipt at the level reached: a receipt, or the error."""
        lock, created, duplicate = self.job.lock, given.created, given.verdict is _DUPLICATE
        if given.verdict is _DIFFERENT:
            return IdempotencyConflict(given.id)
        if duplicate and lock and lock.conflict is Conflict.ERROR:
            return DuplicateJob(lock.key, given.id)
        return EnqueueReceipt(
            id=given.id,
            # Keys are unique within one name. Of a job that is forgotten, the store may know no more than its id.
            name=self.definition.name if duplicate or given.state else None,
            queue=self.definition.queue if created else None,
            state=given.state,
            created=created,
            durability=str(reached),
        )


def request_of(job: Any, payload: Mapping[str, Any] | None, options: EnqueueOptions) -> EnqueueRequest:
    """Return what ``enqueue`` is asked for; raises InvalidOption where a request comes with more beside it."""
    if not isinstance(job, EnqueueRequest):
        return EnqueueRequest(job, payload, options)
    if options or payload is not None:
        raise InvalidOption("job", "an EnqueueRequest has a payload and options of its own; put them in there")
    return job


def check_batch(size: int) -> None:
    """Refuse more jobs at once than may be enqueued together; raises InvalidOption."""
    if size > MAX_BATCH:
        raise InvalidOption("jobs", f"at most {MAX_BATCH:,} can be enqueued at once, these are {size:,}")


def prepare(request: EnqueueRequest, catalog: Catalog) -> Prepared:
    """Write the job down; raises UnknownJob, InvalidPayload, InvalidOption or TooLarge."""
    definition, payload = _definition(request, catalog)
    encoded = codec.encode(definition, payload)
    if not request.options and definition.unique is None:
        return Prepared(definition, NewJob(envelope=envelope.write_new(definition, encoded)))
    options = Options.of(request.options)
    written = Envelope(
        id=envelope.new_id() if options.id is None else options.id,
        name=definition.name,
        queue=definition.queue,
        priority=definition.priority if options.priority is None else options.priority,
        payload=encoded,
        expires_in_ms=None if options.expires_in is None else to_ms(options.expires_in),
        attempts=options.attempts,
        version=definition.version,
    )
    job = NewJob(
        envelope=envelope.write(written),
        delay=options.delay,
        due_at=options.run_at,
        request="" if options.id is None else _digest(definition, encoded, request, options),
        lock=lock_for(options, definition, payload, encoded),
    )
    return Prepared(definition, job, options.level)


def _digest(definition: Definition, encoded: bytes, request: EnqueueRequest, options: Options) -> str:
    return digest(definition.name, said(definition, encoded, request.payload), options)


def _as_dict(given: object) -> object:
    # A question to an abstract class takes longer, and most mappings are dicts.
    return dict(given) if type(given) is not dict and isinstance(given, Mapping) else given


def _definition(request: EnqueueRequest, catalog: Catalog) -> tuple[Definition, Any]:
    """Return the definition and the payload object, which is only certain to fit once it has been encoded."""
    if isinstance(request.job, str):
        definition = catalog.get(request.job)
        return definition, codec.structure(definition, _as_dict(request.payload))
    if request.payload is not None:
        raise InvalidOption("payload", "goes with a job's name; a payload object carries its own")
    if definition_of(request.job) is None:
        takes = "enqueue takes a name and a payload, or a payload object whose class has @define"
        raise InvalidOption("job", f"{takes}; this is a {type(request.job).__name__}")
    return catalog.of(request.job), request.job
