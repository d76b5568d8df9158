"""What the end of an attempt means for its job, as a settlement."""

from collections.abc import Sequence
from typing import Any

from loguru import logger

from consumer.huey_bridge import bodies
from consumer.huey_bridge.app import JobsHuey
from consumer.huey_bridge.ending import Ending
from consumer.plan import Plan, retention_of, retry_of
from jobdefs.errors import JobsError, NotRetryable
from jobdefs.storage.contract import Claim, Effect, Outcome, Settlement


def released(claim: Claim, detail: str) -> Settlement:
    """Hand the job back without using up an attempt."""
    return _unchanged(claim, Outcome.RELEASED, detail)


def parked(claim: Claim, reason: str, kind: str) -> Settlement:
    """Keep the job, with the reason, for consumers that can run it."""
    return _unchanged(claim, Outcome.PARKED, reason, kind)


def _unchanged(claim: Claim, outcome: Outcome, detail: str, kind: str = "") -> Settlement:
    return Settlement(
        id=claim.id, token=claim.token, outcome=outcome, failures=claim.failures, detail=detail, kind=kind
    )


def broken(task: Any, claim: Claim, plan: Plan | None, error: Exception) -> Settlement:
    """End the job because something around its handler failed, without what Huey would do then."""
    ending = Ending(task, claim, retention_of(plan))
    ending.fail(error)
    return ending.settlement()


def failed(app: JobsHuey, task: Any, claim: Claim, plan: Plan | None, error: BaseException) -> Ending:
    """Replay Huey's meaning of an error."""
    ending = Ending(task, claim, retention_of(plan))
    ending.fail(error)
    return _replayed(app, ending, plan, None)


def plainly_succeeded(app: JobsHuey, claim: Claim, plan: Plan, value: Any, effects: list[Effect]) -> Settlement:
    """Return the settlement that a replay of this value would come to where nobody hears of it.

    Raises JobsError, TypeError or ValueError where the value cannot be kept.
    """
    kept = app.results and (value is not None or app.store_none)
    retention = plan.definition.retention
    return Settlement(
        id=claim.id,
        token=claim.token,
        outcome=Outcome.SUCCEEDED,
        failures=claim.failures,
        keep=retention.succeeded,
        keep_result=retention.result if kept else None,
        keep_history=retention.history,
        result=bodies.result(app, plan, value) if kept else b"",
        effects=effects,
    )


def succeeded(
    app: JobsHuey, task: Any, claim: Claim, plan: Plan | None, value: Any, *, effects: Sequence[Effect]
) -> Ending:
    """Replay Huey's meaning of a value, and cause the effects; it is an error where the value cannot be kept."""
    ending = Ending(task, claim, retention_of(plan))
    try:
        ending.result = bodies.result(app, plan, value)
        ending.effects.extend(effects)
    except (JobsError, TypeError, ValueError) as error:
        # The handler has done its work, so running it again would do it twice.
        unkept = NotRetryable(f"the handler succeeded, but its result cannot be kept: {error}")
        unkept.__cause__ = error
        ending.fail(unkept)
    return _replayed(app, ending, plan, value)


def _replayed(app: JobsHuey, ending: Ending, plan: Plan | None, value: Any) -> Ending:
    if ending.error is not None and retry_of(plan).gives_up_on(ending.error):
        ending.task.retries = 0
    return app.end(ending, value)


def tell(settlement: Settlement) -> None:
    """Log what a failure means for the job: Huey has logged the error itself."""
    if settlement.outcome is Outcome.FAILED:
        delay = f"{settlement.delay.total_seconds():.3g}"
        logger.warning("attempt {} failed: {}; runs again in {} s", settlement.failures, settlement.detail, delay)
    elif settlement.outcome is Outcome.DEAD:
        logger.error("dead after attempt {}: {}", settlement.failures, settlement.detail)
