"""The build after the newer one: a payload of its third version, and upgrades from both older ones."""

from typing import Any

import attrs

from consumer import JobContext, handles
from jobdefs import define, upgrades

BUILD = "newest"


@define("PRICED", version=3)
@attrs.frozen
class Priced:
    """Has a payload of version 3, in cents of a currency."""

    cents: int
    currency: str


@upgrades(Priced, from_version=2)
def with_currency(payload: dict[str, Any]) -> dict[str, Any]:
    """Say what went without saying; the payload may be changed in place."""
    payload["currency"] = "EUR"
    return payload


@upgrades(Priced, from_version=1)
def in_cents(payload: dict[str, Any]) -> dict[str, Any]:
    """Take 100 cents for a euro."""
    return {"cents": payload["euros"] * 100}


@define("PRICES")
@attrs.frozen
class Prices:
    """Enqueues a PRICED."""

    cents: int


@handles(Priced)
async def run_priced(job: Priced) -> str:
    """Tell which build ran it, and what it read."""
    return f"{BUILD}: {job.cents} cents {job.currency}"


@handles(Prices)
def run_prices(job: Prices, context: JobContext) -> str:
    """Enqueue a job of the present version, and tell its id."""
    return context.enqueue(Priced(job.cents, "CHF"))
