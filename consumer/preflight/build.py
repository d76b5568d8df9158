"""What this build can run, told job by job by the means of a consumer."""

import re
from typing import Final

from consumer import abilities
from consumer.binding import load_bindings
from consumer.huey_bridge import bodies
from consumer.huey_bridge.app import JobsHuey
from consumer.plan import Plan, plans_of
from consumer.recognition import Obstacle, Refusal, recognise
from consumer.settings import ConsumerSettings
from consumer.work import Work
from jobdefs.errors import JobsError, StoreError
from jobdefs.policy import DEFAULT_QUEUE
from jobdefs.record import Envelope, JobRecord
from jobdefs.storage.contract import Claim

_KIND: Final = re.compile("[^:]*:([^:]*):(.*)", re.DOTALL)


class Build:
    """The definitions, handlers and plain tasks of this environment; raises HandlerError where they do not fit."""

    def __init__(self, app: JobsHuey, settings: ConsumerSettings) -> None:
        self._app = app
        self._plans = plans_of(app, load_bindings(app.catalog, settings.handlers))
        # Tasks come with the modules of the handlers.
        self._runs_plain = app.has_plain_tasks
        self._abilities = abilities.announced(self._plans, app.plain_names)
        named = settings.queues.split(",") if settings.queues else ()
        self._queues = {DEFAULT_QUEUE, *(plan.definition.queue for plan in self._plans.values()), *named}

    def refusal(self, job: JobRecord) -> Refusal | None:
        """Return why this build cannot run a job, None where it can. Raises StoreError."""
        found = recognise(job.id, job.raw, self._plans, runs_plain=self._runs_plain)
        if isinstance(found, Refusal):
            return found
        written, plan = found
        work = Work(self._app, _claimed(job), written, plan)
        try:
            work.read()
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - an upgrade or a validator of the application may raise anything
            return Refusal(self._obstacle(written, plan), _told(error))
        if job.queue not in self._queues:
            return Refusal(Obstacle.UNSERVED, f"nothing in this build names the queue {job.queue!r}")
        return None

    def _obstacle(self, written: Envelope, plan: Plan | None) -> Obstacle:
        if plan is None:
            return Obstacle.MISFIT if bodies.knows(self._app, written) else Obstacle.UNKNOWN
        return Obstacle.NEWER if written.version > plan.definition.version else Obstacle.MISFIT

    def takes_up(self, job: JobRecord) -> bool:
        """Tell whether consumers of this build would claim a parked job by themselves."""
        offered = _KIND.fullmatch(job.kind)
        if offered is None:
            return False
        refused, name = offered[1].split("+"), offered[2]
        own, reader = self._abilities.get(name), self._abilities[""]
        return own is not None and own not in refused and reader not in refused


def _claimed(job: JobRecord) -> Claim:
    """Return the job as a consumer would claim it."""
    return Claim(
        id=job.id,
        queue=job.queue,
        token="",
        envelope=job.raw,
        failures=job.failures,
        lost=job.lost,
        generation=job.generation,
        claimed_at_ms=0,
    )


def _told(error: Exception) -> str:
    return str(error) if isinstance(error, JobsError) else f"{type(error).__name__}: {error}"
