"""The older build: it has a job that the newer one gave up, and a job whose payload has changed since."""

import attrs

from consumer import handles
from jobdefs import define

BUILD = "older"


@define("KEPT")
@attrs.frozen
class Kept:
    """Is the same in both."""


@define("RETIRED")
@attrs.frozen
class Retired:
    """Is in this build only."""


@define("CHANGED")
@attrs.frozen
class Changed:
    """Has another payload in the newer build."""

    number: int


@define("PRICED")
@attrs.frozen
class Priced:
    """Has a payload of version 1, in whole euros."""

    euros: int


@handles(Kept)
def run_kept(job: Kept) -> str:
    """Tell which build ran it."""
    del job
    return BUILD


@handles(Retired)
def run_retired(job: Retired) -> str:
    """Tell which build ran it."""
    del job
    return BUILD


@handles(Changed)
def run_changed(job: Changed) -> str:
    """Tell which build ran it."""
    del job
    return BUILD


@handles(Priced)
def run_priced(job: Priced) -> str:
    """Tell which build ran it, and what it read."""
    return f"{BUILD}: {job.euros} euros"
