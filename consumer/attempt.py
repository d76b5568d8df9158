"""One try of one job: made ready, run, settled."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from loguru import logger

from consumer import abilities
from consumer.context import JobContext
from consumer.follow_up import FollowUps
from consumer.huey_bridge import bodies
from consumer.huey_bridge.app import JobsHuey
from consumer.huey_bridge.ending import Ending
from consumer.plan import Lane, Plan, retention_of, retry_of
from jobdefs.errors import JobsError, NotRetryable, RequestError, StoreError, UnreadableEnvelope
from jobdefs.record import Envelope
from jobdefs.storage.contract import Claim, Outcome, Settlement

Settle = Callable[["Attempt", Settlement, Ending | None], None]


class HandlerExited(Exception):
    """A handler raised what is meant to end a program or a task, such as SystemExit: it ends only the attempt."""


class Attempt:
    """One try of one claimed job; ``plan`` is None for a plain Huey task.

    It ends in exactly one settlement, unless it is abandoned: then somebody else has settled it, and what its handler
    still does counts for nothing.
    """

    def __init__(self, app: JobsHuey, claim: Claim, written: Envelope, plan: Plan | None, settle: Settle) -> None:
        self.claim = claim
        self.written = written
        self.plan = plan
        self.began: float | None = None
        self.interruptible = False
        self.interrupted = False
        self._app = app
        self._settle = settle
        self._follow_ups = FollowUps(app)
        self._context: JobContext | None = None
        self._task: Any = None

    @property
    def lane(self) -> Lane:
        """Where the handler runs."""
        return self.plan.lane if self.plan else Lane.WORKERS

    def run(self) -> None:
        """Run a ``def`` handler in the calling thread, and settle."""
        with self._logged(), self._settled():
            if self._ready():
                self._end(*self._outcome())

    async def run_async(self) -> None:
        """Run an ``async def`` handler, and settle."""
        with self._logged(), self._settled():
            if self._ready():
                self._end(*await self._outcome_async())

    def abandon(self) -> None:
        """Tell the handler, if it asks, that going on is of no use."""
        if self._context is not None:
            self._context.abandoned = True

    def released(self, detail: str) -> Settlement:
        """Return the settlement that hands the job back without using up an attempt."""
        return Settlement(
            id=self.claim.id,
            token=self.claim.token,
            outcome=Outcome.RELEASED,
            failures=self.claim.failures,
            detail=detail,
        )

    def _logged(self) -> AbstractContextManager[None]:
        claim = self.claim
        return logger.contextualize(
            job_id=claim.id, job_name=self.written.name, queue=claim.queue, attempt=claim.failures + 1
        )

    @contextmanager
    def _settled(self) -> Iterator[None]:
        """Settle also where the machinery around the handler fails: a job held for ever would be a job lost."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - whatever it is, the job must end and tell of it
            if isinstance(error, StoreError) and self.began is None:
                self._settle(self, self.released("the store did not answer before it began"), None)
                return
            logger.exception("the attempt could not be ended as its handler asked")
            ending = Ending(self._task, self.claim, retention_of(self.plan))
            ending.fail(error)
            self._settle(self, ending.settlement(), None)

    def _ready(self) -> bool:
        """Decode the job and do what Huey does before a task's body; False where that settled it."""
        try:
            self._task = bodies.task(self._app, self.plan, self.claim, self.written)
        except (RequestError, UnreadableEnvelope) as error:
            self._park(str(error))
            return False
        ending = self._app.begin(self._task, self.claim, retention_of(self.plan))
        if ending is not None:
            self._settle(self, ending.settlement(), ending)
        return ending is None

    def _park(self, reason: str) -> None:
        logger.warning("parked: {}", reason)
        self._settle(
            self,
            Settlement(
                id=self.claim.id,
                token=self.claim.token,
                outcome=Outcome.PARKED,
                failures=self.claim.failures,
                detail=reason,
                kind=self._kind(),
            ),
            None,
        )

    def _kind(self) -> str:
        known = self.plan is not None or bodies.knows(self._app, self.written)
        return abilities.misfit(self.written.name, self.plan) if known else abilities.unknown(self.written.name)

    def _outcome(self) -> tuple[Any, BaseException | None]:
        self._start()
        try:
            self.interruptible = True
            with bodies.timed(self._app, self._task):
                return self._call(), None
        except BaseException as error:  # noqa: BLE001 - every way in which a handler can end is an outcome
            return None, self._as_failure(error)
        finally:
            self.interruptible = False

    async def _outcome_async(self) -> tuple[Any, BaseException | None]:
        self._start()
        try:
            async with asyncio.timeout(self._task.timeout) as bound:
                return await self._call(), None
        except TimeoutError as error:
            return None, bodies.timed_out(self._task) if bound.expired() else error
        except BaseException as error:  # noqa: BLE001 - every way in which a handler can end is an outcome
            task = asyncio.current_task()
            # Only a drain cancels; a handler can also come upon something else that was cancelled.
            self.interrupted = task is not None and task.cancelling() > 0
            return None, self._as_failure(error)

    def _start(self) -> None:
        self.began = time.monotonic()
        bodies.set_deadline(self._task, self.began)

    def _call(self) -> Any:
        if self.plan is None:
            return bodies.call(self._task)
        [payload] = self._task.args
        if not self.plan.binding.takes_context:
            return self.plan.binding.handler(payload)
        self._context = self._new_context()
        return self.plan.binding.handler(payload, self._context)

    def _new_context(self) -> JobContext:
        claim, timeout = self.claim, self._task.timeout
        return JobContext(
            id=claim.id,
            name=self.written.name,
            queue=claim.queue,
            attempt=claim.failures + 1,
            attempts=claim.failures + 1 + self._task.retries,
            lost=claim.lost,
            generation=claim.generation,
            deadline=self.began + timeout if timeout and self.began else None,
            enqueue=self._follow_ups.add,
        )

    def _end(self, value: Any, error: BaseException | None) -> None:
        ending = Ending(self._task, self.claim, retention_of(self.plan))
        if error is None:
            self._keep_result(ending, value)
        else:
            ending.fail(error)
        if ending.error is not None and retry_of(self.plan).gives_up_on(ending.error):
            self._task.retries = 0
        self._app.end(ending, value)
        settlement = ending.settlement()
        self._tell(settlement)
        self._settle(self, settlement, ending)

    def _tell(self, settlement: Settlement) -> None:
        """Log what a failure means for the job: Huey has logged the error itself."""
        if settlement.outcome is Outcome.FAILED:
            delay = f"{settlement.delay.total_seconds():.3g}"
            logger.warning("attempt {} failed: {}; runs again in {} s", settlement.failures, settlement.detail, delay)
        elif settlement.outcome is Outcome.DEAD:
            logger.error("dead after attempt {}: {}", settlement.failures, settlement.detail)

    def _keep_result(self, ending: Ending, value: Any) -> None:
        try:
            ending.result = bodies.result(self._app, self.plan, value)
            ending.effects.extend(self._follow_ups.effects())
        except (JobsError, TypeError, ValueError) as error:
            # The handler has done its work, so running it again would do it twice.
            unkept = NotRetryable(f"the handler succeeded, but its result cannot be kept: {error}")
            unkept.__cause__ = error
            ending.fail(unkept)

    def _as_failure(self, error: BaseException) -> BaseException:
        if self.interrupted:
            return KeyboardInterrupt()
        if isinstance(error, Exception):
            return error
        how = f"called sys.exit({error.code!r})" if isinstance(error, SystemExit) else f"raised {type(error).__name__}"
        exited = HandlerExited(f"the handler {how}")
        exited.__cause__ = error
        return exited
