"""The older build: it has a job that the newer one gave up, and a job whose payload has changed since."""

import attrs

from consumer import JobContext, handles
from faults.handlers import work
from faults.jobs import Work
from jobdefs import define


@define("KEPT")
@attrs.frozen
class Kept(Work):
    """Is the same in both."""


@define("RETIRED")
@attrs.frozen
class Retired(Work):
    """Is in this build only."""


@define("CHANGED")
@attrs.frozen
class Changed(Work):
    """Has another field in the newer build."""


@define("REVISED")
@attrs.frozen
class Revised(Work):
    """Has a payload of version 1."""


@handles(Kept)
def run_kept(job: Kept, context: JobContext) -> int:
    """Do what any job does."""
    return work(job, context)


@handles(Retired)
def run_retired(job: Retired, context: JobContext) -> int:
    """Do what any job does."""
    return work(job, context)


@handles(Changed)
def run_changed(job: Changed, context: JobContext) -> int:
    """Do what any job does."""
    return work(job, context)


@handles(Revised)
def run_revised(job: Revised, context: JobContext) -> int:
    """Do what any job does."""
    return work(job, context)
