"""Group commit: what is submitted at the same moment goes to the store in one call, with one confirmation."""

import asyncio
import copy
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import attrs

from jobdefs.durability import Durability
from jobdefs.errors import JobsError, NotDurable, StoreFull, StoreUnavailable, StoreUnsuitable
from jobdefs.storage.contract import NewJob, Receipt

GROUP_JOBS: Final = 128
GROUP_BYTES: Final = 1024 * 1024
CALLS_AT_ONCE: Final = 2

# These say something about the store; whatever else goes wrong may be the fault of one job.
_OF_ALL: Final = (StoreUnavailable, StoreFull, StoreUnsuitable, NotDurable)

Outcome = tuple[Sequence[Receipt], Durability]
Commit = Callable[[Sequence[NewJob], float], Awaitable[Outcome]]


@attrs.define(eq=False)
class _Bundle:
    """Jobs that are put in together or not at all, their bytes, and since when they wait (seconds of the loop)."""

    jobs: Sequence[NewJob]
    size: int
    since: float
    outcome: asyncio.Future[Outcome]


class GroupCommit:
    """Gathers submissions into calls; each submission gets the receipts of its own jobs, or an error of its own.

    ``commit`` puts jobs in, of which the first has waited since a moment of the loop's clock. A few calls may be on
    their way at once; what comes meanwhile goes with the next one.
    """

    def __init__(self, commit: Commit) -> None:
        self._commit = commit
        self._waiting: deque[_Bundle] = deque()
        self._calls: set[asyncio.Task[None]] = set()
        self._is_due = False

    async def submit(self, jobs: Sequence[NewJob]) -> Outcome:
        """Put jobs in, all or none; raises what ``commit`` raises. Being cancelled here concerns nobody else."""
        loop = asyncio.get_running_loop()
        size = sum([len(job.envelope) for job in jobs])
        bundle = _Bundle(jobs, size, loop.time(), loop.create_future())
        self._waiting.append(bundle)
        if not self._is_due:
            self._is_due = True
            loop.call_soon(self._flush)
        return await bundle.outcome

    def _flush(self) -> None:
        self._is_due = False
        while len(self._calls) < CALLS_AT_ONCE and (group := self._next_group()):
            call = asyncio.create_task(self._send(group))
            self._calls.add(call)
            call.add_done_callback(self._ended)

    def _ended(self, call: asyncio.Task[None]) -> None:
        self._calls.discard(call)
        self._flush()

    def _next_group(self) -> list[_Bundle]:
        """Take from those that wait, skipping those that nobody waits for any more; a large bundle goes alone."""
        group: list[_Bundle] = []
        count = size = 0
        while self._waiting:
            bundle = self._waiting[0]
            if not bundle.outcome.done():
                count, size = count + len(bundle.jobs), size + bundle.size
                if group and (count > GROUP_JOBS or size > GROUP_BYTES):
                    break
                group.append(bundle)
            self._waiting.popleft()
        return group

    async def _send(self, group: list[_Bundle]) -> None:
        jobs = [job for bundle in group for job in bundle.jobs]
        try:
            receipts, reached = await self._commit(jobs, group[0].since)
        except _OF_ALL as error:
            _fail(group, error)
        except Exception as error:  # noqa: BLE001 - whoever waits is to hear of it
            await self._send_each(group, error)
        else:
            start = 0
            for bundle in group:
                end = start + len(bundle.jobs)
                _answer(bundle, (receipts[start:end], reached))
                start = end

    async def _send_each(self, group: list[_Bundle], error: Exception) -> None:
        """Find out whose fault it was: nobody else is to suffer from it."""
        if len(group) == 1:
            _fail(group, error)
            return
        for bundle in group:
            await self._send([bundle])


def _answer(bundle: _Bundle, outcome: Outcome) -> None:
    if not bundle.outcome.done():
        bundle.outcome.set_result(outcome)


def _fail(group: Sequence[_Bundle], error: Exception) -> None:
    for bundle in group:
        if not bundle.outcome.done():
            bundle.outcome.set_exception(_own(error))


def _own(error: Any) -> Any:
    """Return a copy: an exception that several tasks raise would be told with the traces of all."""
    if not isinstance(error, JobsError):
        return error
    own = copy.copy(error)
    own.__cause__ = error
    return own
