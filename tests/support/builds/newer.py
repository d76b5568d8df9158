"""The newer build: it has a job that the older one does not know, and a job whose payload has another field."""

from typing import Any

import attrs

from consumer import handles
from jobdefs import define, upgrades

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


@define("PRICED", version=2)
@attrs.frozen
class Priced:
    """Has a payload of version 2, in cents."""

    cents: int


@upgrades(Priced, from_version=1)
def in_cents(payload: dict[str, Any]) -> dict[str, Any]:
    """Take 100 cents for a euro."""
    return {"cents": payload["euros"] * 100}


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


@handles(Priced)
def run_priced(job: Priced) -> str:
    """Tell which build ran it, and what it read."""
    return f"{BUILD}: {job.cents} cents"
