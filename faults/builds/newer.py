"""The newer build: it has a job that the older one does not know, and a job whose payload has another field."""

import attrs

from consumer import JobContext, handles
from faults.handlers import work
from faults.jobs import Work
from jobdefs import define


@define("KEPT")
@attrs.frozen
class Kept(Work):
    """Is the same in both."""


@define("FRESH")
@attrs.frozen
class Fresh(Work):
    """Is in this build only."""


@define("CHANGED")
@attrs.frozen
class Changed(Work):
    """Had no unit in the older build."""

    unit: str = attrs.field(kw_only=True)


@handles(Kept)
def run_kept(job: Kept, context: JobContext) -> int:
    """Do what any job does."""
    return work(job, context)


@handles(Fresh)
def run_fresh(job: Fresh, context: JobContext) -> int:
    """Do what any job does."""
    return work(job, context)


@handles(Changed)
def run_changed(job: Changed, context: JobContext) -> int:
    """Do what any job does."""
    return work(job, context)
