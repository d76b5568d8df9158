"""How jobs of one name are run by this consumer."""

from enum import StrEnum
from typing import Any

import attrs

from consumer.binding import Binding
from jobdefs.definition import Definition
from jobdefs.policy import Retention
from jobdefs.retry import RetryPolicy


class Lane(StrEnum):
    """Where a handler runs: ``def`` ones in the workers, ``async def`` ones on the event loop."""

    WORKERS = "workers"
    LOOP = "loop"


@attrs.frozen
class Plan:
    """What a consumer has to know before it runs a job; ``task_class`` is Huey's side of the definition."""

    definition: Definition
    binding: Binding
    task_class: Any
    lane: Lane = attrs.field(init=False)

    @lane.default
    def _lane(self) -> Lane:
        return Lane.LOOP if self.binding.asynchronous else Lane.WORKERS


def retention_of(plan: Plan | None) -> Retention:
    """Return how long jobs are kept; a plain Huey task has the defaults."""
    return plan.definition.retention if plan else Retention()


def retry_of(plan: Plan | None) -> RetryPolicy:
    """Return the retry policy; a plain Huey task has the default one."""
    return plan.definition.retry if plan else RetryPolicy()
