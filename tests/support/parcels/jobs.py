"""What the carrier's jobs are: every kind of value that a schema library in JavaScript is used for."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

import attrs
from annotated_types import Ge, MaxLen

from jobdefs import define


class Speed(StrEnum):
    """How fast a parcel travels."""

    SLOW = "slow"
    FAST = "fast"


@attrs.frozen
class Place:
    """Where a parcel goes."""

    street: str
    town: Annotated[str, MaxLen(40)]
    floor: int | None = None


@attrs.frozen
class Item:
    """Something in a parcel."""

    name: str
    weight_kg: float
    price: Decimal


@define("SHIP")
@attrs.frozen
class Ship:
    """Sends a parcel."""

    order: UUID
    placed_at: datetime
    day: date
    to: Place
    speed: Speed
    items: list[Item]
    pieces: Annotated[int, Ge(1)]
    insured: bool
    notes: dict[str, str] = attrs.field(factory=dict)
    leave_with: str | None = None


@define("TRACK")
@attrs.frozen
class Track:
    """Looks after a parcel."""

    parcel: str
    by: Literal["mail", "text"] = "mail"
    every_hours: float = 1.5
    since: datetime | None = None
    places: tuple[float, float] | None = None


@define("COUNT")
@attrs.frozen
class Count:
    """Counts parcels."""

    numbers: list[int]
    total: int
