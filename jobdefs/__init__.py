"""What the service and the consumer agree on: what a job is, how it is written down, where it is kept."""

from jobdefs.catalog import Catalog, load_catalog
from jobdefs.definition import Definition, define, definition_of
from jobdefs.errors import JobsError, NotRetryable, Snooze
from jobdefs.jobs.proof import TEST_JOB, TestJob
from jobdefs.policy import DEFAULT_QUEUE, Retention
from jobdefs.retry import RetryPolicy
from jobdefs.state import State
from jobdefs.unique import Conflict, Unique, Until
from jobdefs.upgrade import upgrades

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
