"""The newer build: it has a job that the older one does not know, and a job whose payload has another field."""

from typing import Any

import attrs

from consumer import JobContext, handles
from faults.handlers import work
from faults.jobs import Work
from jobdefs import define, upgrades


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


@define("REVISED", version=2)
@attrs.frozen
class Revised(Work):
    """Has a payload of version 2, with a unit."""

    unit: str = attrs.field(kw_only=True)


@upgrades(Revised, from_version=1)
def with_unit(payload: dict[str, Any]) -> dict[str, Any]:
    """Say what went without saying."""
    return payload | {"unit": "m"}


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


@handles(Revised)
def run_revised(job: Revised, context: JobContext) -> int:
    """Do what any job does."""
    return work(job, context)
