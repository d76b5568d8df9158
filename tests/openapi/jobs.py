"""Jobs with every kind of payload field, for the run of schemathesis."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal
from uuid import UUID

import attrs
from annotated_types import Ge, Le, Len, MaxLen, MultipleOf

from jobdefs import Unique, define


class Colour(Enum):
    """What something looks like."""

    RED = "red"
    GREEN = "green"


@attrs.frozen
class Item:
    """One line of an order."""

    sku: Annotated[str, Len(1, 20)]
    number: Annotated[int, Ge(1), Le(1_000)] = 1
    gift: bool = False
    parts: "list[Item]" = attrs.field(factory=list)


@define("ORDER", queue="orders", unique=Unique(key=("number",), until=timedelta(milliseconds=1)))
@attrs.frozen
class Order:
    """An order with its lines."""

    number: Annotated[int, Ge(1), Le(10**9)]
    items: Annotated[list[Item], Len(1, 5)]
    colour: Colour = Colour.RED
    speed: Literal["slow", "fast"] = "slow"
    notes: dict[str, str] = attrs.field(factory=dict)


@define("SCALARS")
@attrs.frozen
class Scalars:
    """One field of each plain type."""

    flag: bool
    count: Annotated[int, Ge(-(2**53)), Le(2**53)]
    step: Annotated[int, MultipleOf(5), Ge(0), Le(10_000)]
    ratio: Annotated[float, Ge(0), Le(1)]
    text: Annotated[str, MaxLen(200)]
    word: str = attrs.field(validator=attrs.validators.matches_re(r"[a-z]{2,8}"))
    nothing: None = None
    maybe: Annotated[str, MaxLen(10)] | None = None
    either: bool | Annotated[str, MaxLen(10)] = False
    pair: tuple[bool, Annotated[str, MaxLen(5)]] = (True, "x")
    tags: frozenset[Annotated[str, MaxLen(10)]] = frozenset()
    anything: Any = None


@define("MOMENTS")
@attrs.frozen
class Moments:
    """One field of each type that is text in JSON."""

    at: datetime | None = None
    on: date | None = None
    takes: timedelta | None = None
    id: UUID | None = None
    price: Decimal | None = None
    data: bytes = b""


@define("NOTHING")
@attrs.frozen
class Nothing:
    """Has no fields."""


@attrs.frozen
class ByMail:
    """Sends a letter."""

    street: Annotated[str, Len(1, 40)]
    way: Literal["mail"] = "mail"


@attrs.frozen
class ByPhone:
    """Calls."""

    number: str = attrs.field(
        validator=attrs.validators.matches_re(r"\+[0-9]{4,12}"),
        metadata={"description": "With the country", "examples": ["+4930123456"]},
    )
    way: Literal["phone"] = "phone"


@define("TELL", examples=[{"how": {"way": "phone", "number": "+4930123456"}}])
@attrs.frozen
class Tell:
    """Tells somebody something, in one of two ways."""

    how: ByMail | ByPhone
