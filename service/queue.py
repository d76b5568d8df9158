"""QueueService: puts jobs in and looks at them, from any asynchronous program."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Unpack, overload

from jobdefs.catalog import Catalog
from jobdefs.definition import Definition
from jobdefs.durability import Durability
from jobdefs.errors import (
    DuplicateJob,
    InvalidOption,
    JobNotFound,
    JobsError,
    RequestError,
    StoreError,
    StoreUnavailable,
    WrongState,
)
from jobdefs.payload import Payload
from jobdefs.policy import DEFAULT_NAMESPACE, MAX_PAGE, Retention
from jobdefs.record import JobRecord, Ledger, QueueCounts
from jobdefs.state import CANCELLABLE, REPLAYABLE, State
from jobdefs.storage.contract import Move, Page
from jobdefs.storage.drivers import AsyncStore
from jobdefs.storage.inspection import InspectionCalls
from jobdefs.storage.submission import SubmissionCalls
from service.options import EnqueueOptions
from service.passage import Passage
from service.request import EnqueueReceipt, EnqueueRequest, Prepared, check_batch, prepare, request_of

DEFAULT_PAGE: Final = 50
_AT_ONCE: Final = 1_000
_BREATH: Final = 100


class QueueService:
    """Enqueues jobs and looks at them; every coroutine raises only JobsError, and within 1 s if the store is away.

    The server is checked by the first request that reaches it; until it is there and suitable, each says why not. Later
    on, enqueuing has it checked again every few seconds. ``durability`` is for jobs that ask for none; None: as the
    server is.
    """

    def __init__(
        self,
        catalog: Catalog,
        store: AsyncStore,
        namespace: str = DEFAULT_NAMESPACE,
        durability: Durability | None = None,
    ) -> None:
        self._catalog = catalog
        self._passage = Passage(store, namespace, durability)
        self._submission = SubmissionCalls(namespace)
        self._inspection = InspectionCalls(namespace)

    @overload
    async def enqueue(
        self, job: str, payload: Mapping[str, Any], /, **options: Unpack[EnqueueOptions]
    ) -> EnqueueReceipt: ...

    @overload
    async def enqueue(self, job: Payload, /, **options: Unpack[EnqueueOptions]) -> EnqueueReceipt: ...

    async def enqueue(
        self, job: str | Payload, payload: Mapping[str, Any] | None = None, /, **options: Unpack[EnqueueOptions]
    ) -> EnqueueReceipt:
        """Put one job in: a name and its payload, a payload object, or an EnqueueRequest.

        Raises UnknownJob, InvalidPayload, InvalidOption, TooLarge, IdempotencyConflict, DuplicateJob, StoreUnavailable,
        StoreFull, StoreUnsuitable or NotDurable; after the last of them the job may be in.
        """
        prepared = prepare(request_of(job, payload, options), self._catalog)
        (given,), reached = await self._passage.submit((prepared.job,), prepared.durability)
        verdict = prepared.receipt(given, reached)
        if isinstance(verdict, JobsError):
            raise verdict
        return verdict

    async def enqueue_many(self, requests: Iterable[EnqueueRequest]) -> list[EnqueueReceipt | JobsError]:
        """Put many jobs in, up to 1,000 of one durability in one atomic move; the verdicts come in the requests' order.

        A bad request gets the error that ``enqueue`` would raise and stops no other. Once the store fails, whatever was
        not put in yet gets the store's error; NotDurable is for those who asked for that durability. Raises
        InvalidOption for more than 10,000 requests.
        """
        asked = list(requests)
        check_batch(len(asked))
        outcomes: list[EnqueueReceipt | JobsError] = []
        failed: dict[Durability | None, StoreError] = {}
        under_way: asyncio.Task[list[EnqueueReceipt | JobsError]] | None = None
        for start in range(0, len(asked), _AT_ONCE):
            # While one part is put in, the next one is prepared.
            prepared = await self._prepared(asked[start : start + _AT_ONCE])
            outcomes += await under_way if under_way else []
            under_way = asyncio.create_task(self._put_in(prepared, failed))
        return outcomes + (await under_way if under_way else [])

    async def get(self, job_id: str) -> JobRecord:
        """Return one job; raises JobNotFound."""
        record = await self._passage.send(self._inspection.find(job_id))
        if record is None:
            raise JobNotFound(job_id)
        return record

    async def page(
        self,
        *,
        state: State | None = None,
        queue: str = "",
        name: str = "",
        cursor: str | None = None,
        limit: int = DEFAULT_PAGE,
    ) -> Page:
        """Return up to ``limit`` jobs (1 to 200) and the cursor of the next page; raises InvalidOption.

        ``state`` None, an empty ``queue`` and an empty ``name`` stand for all.
        """
        if not 1 <= limit <= MAX_PAGE:
            raise InvalidOption("limit", f"must be from 1 to {MAX_PAGE}")
        return await self._passage.send(
            self._inspection.page(state=state, queue=queue, name=name, cursor=cursor, limit=limit)
        )

    async def queues(self) -> tuple[QueueCounts, ...]:
        """Count the jobs of every queue."""
        return await self._passage.send(self._inspection.queues())

    async def ledger(self) -> Ledger:
        """Read for each name how many jobs were put in, and in which states they are."""
        return await self._passage.send(self._inspection.ledger())

    async def cancel(self, job_id: str) -> State:
        """Cancel a job and return its state, also if it is cancelled already; raises JobNotFound or WrongState.

        One that runs stays ``running`` until its consumer has ended it, which hears of it at once, with its next beat
        at the latest (a quarter of a lease).
        """
        record = await self.get(job_id)
        move = await self._passage.send(self._submission.cancel(job_id, self._retention(record).cancelled))
        return _moved(job_id, "cancel", move, CANCELLABLE)

    async def replay(self, job_id: str) -> State:
        """Make a dead, cancelled, expired or parked job ready again; as ``cancel`` otherwise.

        Raises DuplicateJob where another job holds its unique key by now.
        """
        return _moved(job_id, "replay", await self._passage.send(self._submission.replay(job_id)), REPLAYABLE)

    def definitions(self) -> tuple[Definition, ...]:
        """Return what can be enqueued here, in the order of the names."""
        return tuple(self._catalog)

    def attempts(self, record: JobRecord) -> int | None:
        """Return how often a job is tried: as was asked for, else as its definition says; None if that is unknown."""
        written = record.envelope
        if written is None or written.attempts is not None:
            return written.attempts if written else None
        return self._catalog.get(written.name).retry.attempts if written.name in self._catalog else None

    @property
    def carries_over(self) -> bool:
        """Whether an older key space is being carried over; requests fail with StoreUnavailable until it is."""
        return self._passage.carries_over

    async def check(self) -> None:
        """Return when the server has answered and can keep the promises; raises StoreUnavailable or StoreUnsuitable."""
        await self._passage.check()

    async def _prepared(self, requests: Sequence[EnqueueRequest]) -> list[Prepared | RequestError]:
        prepared: list[Prepared | RequestError] = []
        for start in range(0, len(requests), _BREATH):
            prepared += [self._prepare(request) for request in requests[start : start + _BREATH]]
            await asyncio.sleep(0)
        return prepared

    def _prepare(self, request: EnqueueRequest) -> Prepared | RequestError:
        try:
            return prepare(request, self._catalog)
        except RequestError as error:
            return error

    async def _put_in(
        self, prepared: Sequence[Prepared | RequestError], failed: dict[Durability | None, StoreError]
    ) -> list[EnqueueReceipt | JobsError]:
        outcomes: dict[int, EnqueueReceipt | JobsError] = {}
        for level, jobs in _by_level(prepared).items():
            outcomes |= zip(jobs, await self._submit(list(jobs.values()), level, failed), strict=True)
        return [outcomes[place] if isinstance(one, Prepared) else one for place, one in enumerate(prepared)]

    async def _submit(
        self, jobs: Sequence[Prepared], level: Durability | None, failed: dict[Durability | None, StoreError]
    ) -> Sequence[EnqueueReceipt | JobsError]:
        """Put jobs in, unless the store has ``failed`` before: at this level, or by being away."""
        error = next(
            (error for at, error in failed.items() if at == level or isinstance(error, StoreUnavailable)), None
        )
        if error is None:
            try:
                receipts, reached = await self._passage.submit([one.job for one in jobs], level)
                return [one.receipt(given, reached) for one, given in zip(jobs, receipts, strict=True)]
            except StoreError as caught:
                error = failed[level] = caught
        return [error] * len(jobs)

    def _retention(self, record: JobRecord) -> Retention:
        name = record.envelope.name if record.envelope else ""
        return self._catalog.get(name).retention if name in self._catalog else Retention()


def _moved(job_id: str, move: str, made: Move | None, allowed: Sequence[State]) -> State:
    if made is None:
        raise JobNotFound(job_id)
    if made.holder:
        raise DuplicateJob("", made.holder)
    if not made.done:
        raise WrongState(job_id, move, made.state, tuple(allowed))
    return made.state


def _by_level(prepared: Sequence[Prepared | RequestError]) -> dict[Durability | None, dict[int, Prepared]]:
    levels: dict[Durability | None, dict[int, Prepared]] = {}
    for place, one in enumerate(prepared):
        if isinstance(one, Prepared):
            levels.setdefault(one.durability, {})[place] = one
    return levels
