"""What the carrier does: it gives each payload back as it was understood."""

from consumer import handles
from tests.support.parcels.jobs import Count, Ship, Track


@handles(Ship)
async def ship(job: Ship) -> Ship:
    """Give the payload back."""
    return job


@handles(Track)
async def track(job: Track) -> Track:
    """Give the payload back."""
    return job


@handles(Count)
async def count(job: Count) -> Count:
    """Give the payload back."""
    return job
