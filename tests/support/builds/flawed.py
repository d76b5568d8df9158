"""A build like the newer one, but for an upgrade that was written carelessly."""

from typing import Any

import attrs

from consumer import handles
from jobdefs import define, upgrades

BUILD = "flawed"


@define("PRICED", version=2)
@attrs.frozen
class Priced:
    """Has a payload of version 2, in cents."""

    cents: int


@upgrades(Priced, from_version=1)
def in_cents(payload: dict[str, Any]) -> dict[str, Any]:
    """Look for a member that no payload of version 1 has."""
    return {"cents": payload["cents"]}


@handles(Priced)
def run_priced(job: Priced) -> str:
    """Tell which build ran it, and what it read."""
    return f"{BUILD}: {job.cents} cents"
