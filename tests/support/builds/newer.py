"""The newer build: it has a job that the older one does not know, and a job whose payload has another field."""

import attrs

from consumer import handles
from jobdefs import define

BUILD = "newer"


@define("KEPT")
@attrs.frozen
class Kept:
    """Is the same in both."""


@define("FRESH")
@attrs.frozen
class Fresh:
    """Is in this build only."""


@define("CHANGED")
@attrs.frozen
class Changed:
    """Had another payload in the older build."""

    number: int
    unit: str


@handles(Kept)
def run_kept(job: Kept) -> str:
    """Tell which build ran it."""
    del job
    return BUILD


@handles(Fresh)
def run_fresh(job: Fresh) -> str:
    """Tell which build ran it."""
    del job
    return BUILD


@handles(Changed)
def run_changed(job: Changed) -> str:
    """Tell which build ran it."""
    del job
    return BUILD
