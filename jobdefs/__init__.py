"""What the service and the consumer agree on: what a job is, how it is written down, where it is kept."""

from typing import TYPE_CHECKING, Any

from jobdefs.catalog import Catalog, load_catalog
from jobdefs.definition import Definition, define, definition_of
from jobdefs.errors import JobsError, NotRetryable, Snooze
from jobdefs.policy import DEFAULT_QUEUE, Retention
from jobdefs.retry import RetryPolicy
from jobdefs.state import State
from jobdefs.unique import Conflict, Unique, Until
from jobdefs.upgrade import upgrades

if TYPE_CHECKING:
    from jobdefs.jobs.proof import TEST_JOB, TestJob

__all__ = [
    "DEFAULT_QUEUE",
    "TEST_JOB",
    "Catalog",
    "Conflict",
    "Definition",
    "JobsError",
    "NotRetryable",
    "Retention",
    "RetryPolicy",
    "Snooze",
    "State",
    "TestJob",
    "Unique",
    "Until",
    "define",
    "definition_of",
    "load_catalog",
    "upgrades",
]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """Bring the proof of concept when it is asked for: a definition costs more than ``import jobdefs`` should."""
        if name not in {"TEST_JOB", "TestJob"}:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from jobdefs.jobs import proof

        return getattr(proof, name)
