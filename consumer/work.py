"""What a claimed job has to do: its payload, its handler and what that is told, and Huey's task behind it."""

from contextlib import AbstractContextManager
from typing import Any

from consumer import abilities, conclusion
from consumer.context import JobContext
from consumer.follow_up import FollowUps
from consumer.huey_bridge import bodies
from consumer.huey_bridge.app import JobsHuey
from consumer.huey_bridge.ending import Ending
from consumer.huey_bridge.reading import retries_left
from consumer.plan import Plan, retention_of
from jobdefs.errors import JobsError
from jobdefs.record import Envelope
from jobdefs.storage.contract import Claim, Effect, Settlement
from jobdefs.wire import codec


class Work:
    """The work of one attempt; ``plan`` is None for a plain Huey task.

    Huey has no say in most attempts of a definition's job, and its task costs as much as a short handler: it is made
    when Huey is asked. ``timeout_s`` bounds the handler, in seconds, None for no bound.
    """

    def __init__(self, app: JobsHuey, claim: Claim, written: Envelope, plan: Plan | None) -> None:
        self.timeout_s: float | None = None
        self._app = app
        self._claim = claim
        self._written = written
        self._plan = plan
        self._payload: Any = None
        self._made_task: Any = None
        self._context: JobContext | None = None
        self._follow_ups: FollowUps | None = None
        self._abandoned = self._cancelled = False

    def read(self) -> None:
        """Decode the job; raises RequestError, UnreadablePayload or UnreadableEnvelope where it does not fit."""
        if self._plan is None:
            self.timeout_s = self._task.timeout
            return
        definition = self._plan.definition
        self._payload = codec.decode(definition, self._written.payload, self._written.version)
        self.timeout_s = definition.timeout.total_seconds() if definition.timeout else None

    @property
    def kind(self) -> str:
        """What consumers must be able to run for whom the job is parked."""
        name = self._written.name
        known = self._plan is not None or bodies.knows(self._app, self._written)
        return abilities.misfit(name, self._plan) if known else abilities.unknown(name)

    def begin(self) -> Ending | None:
        """Do what Huey does before a task's body; return the ending if that ends it."""
        if self._is_ours_alone():
            return None
        return self._app.begin(self._task, self._claim, retention_of(self._plan))

    def timed(self) -> AbstractContextManager[None]:
        """Return a block in which a ``def`` handler is interrupted at its timeout, where the worker can do that."""
        return bodies.timed(self._app, self.timeout_s)

    def call(self, began: float) -> Any:
        """Call the handler, which began at a moment of time.monotonic()."""
        if self._plan is None:
            bodies.set_deadline(self._task, began)
            return bodies.call(self._task)
        binding = self._plan.binding
        if not binding.takes_context:
            return binding.handler(self._payload)
        self._context = self._new_context(self._plan.definition.retry.attempts, began)
        # What was told while it was made.
        self._context.abandoned, self._context.cancelled = self._abandoned, self._cancelled
        return binding.handler(self._payload, self._context)

    def tell(self, *, abandoned: bool, cancelled: bool) -> None:
        """Tell the handler, if it asks, that going on is of no use."""
        self._abandoned, self._cancelled = abandoned, cancelled
        if self._context is not None:
            self._context.abandoned, self._context.cancelled = abandoned, cancelled
        if self._made_task is not None:
            bodies.stop(self._made_task)

    # What its end means.

    def succeeded_plainly(self, value: Any) -> Settlement | None:
        """Return the settlement of a success that only has its value kept, None where Huey has to say what it means."""
        if self._plan is None or not self._is_ours_alone():
            return None
        try:
            return conclusion.plainly_succeeded(self._app, self._claim, self._plan, value, self._effects())
        except (JobsError, TypeError, ValueError):
            return None

    def succeeded(self, value: Any) -> Ending:
        """Return what Huey makes of a value."""
        return conclusion.succeeded(self._app, self._task, self._claim, self._plan, value, effects=self._effects())

    def failed(self, error: BaseException) -> Ending:
        """Return what Huey makes of an error."""
        return conclusion.failed(self._app, self._task, self._claim, self._plan, error)

    def broken(self, error: Exception) -> Settlement:
        """Return the end of a job whose machinery failed."""
        return conclusion.broken(self._made_task, self._claim, self._plan, error)

    @property
    def _task(self) -> Any:
        if self._made_task is None:
            self._made_task = bodies.task(self._app, self._plan, self._claim, self._written, self._payload)
        return self._made_task

    def _is_ours_alone(self) -> bool:
        """Tell whether Huey would do nothing before the handler, and nothing after its success.

        A definition's task is part of no pipeline.
        """
        claim = self._claim
        free = self._plan is not None and self._written.expires_in_ms is None
        return free and not (claim.revoked or claim.revoked_by_name or self._app.is_heard)

    def _effects(self) -> list[Effect]:
        return self._follow_ups.effects() if self._follow_ups is not None else []

    def _new_context(self, attempts: int, began: float) -> JobContext:
        claim = self._claim
        self._follow_ups = FollowUps(self._app)
        return JobContext(
            id=claim.id,
            name=self._written.name,
            queue=claim.queue,
            attempt=claim.failures + 1,
            attempts=claim.failures + 1 + retries_left(self._written.attempts or attempts, claim),
            lost=claim.lost,
            generation=claim.generation,
            fence=claim.fence,
            deadline=began + self.timeout_s if self.timeout_s else None,
            enqueue=self._follow_ups.add,
        )
