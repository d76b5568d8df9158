"""How jobs of one name are run by this consumer."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import attrs

from consumer.binding import Binding
from jobdefs.definition import Definition
from jobdefs.policy import Retention
from jobdefs.retry import RetryPolicy

if TYPE_CHECKING:
    from consumer.huey_bridge.app import JobsHuey

# What the name of a plain Huey task begins with.
PLAIN_TASKS: Final = "huey:"


class Lane(StrEnum):
    """Where a handler runs: ``def`` in the workers, ``async def`` on the event loop, suspects of both in quarantine."""

    WORKERS = "workers"
    LOOP = "loop"
    QUARANTINE = "quarantine"


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


def plans_of(app: "JobsHuey", bindings: Mapping[str, Binding]) -> dict[str, Plan]:
    """Return the plan of every definition, by name."""
    return {name: Plan(binding.definition, binding, app.task_classes[name]) for name, binding in bindings.items()}


def retention_of(plan: Plan | None) -> Retention:
    """Return how long jobs are kept; a plain Huey task has the defaults."""
    return plan.definition.retention if plan else Retention()


def retry_of(plan: Plan | None) -> RetryPolicy:
    """Return the retry policy; a plain Huey task has the default one."""
    return plan.definition.retry if plan else RetryPolicy()
