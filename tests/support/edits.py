"""Edits of a definition, each with the paths that it breaks: for queued jobs, and in a rolling deploy."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import annotated_types as at
import attrs
from attrs import validators

from jobdefs import Definition, RetryPolicy, Unique

Small = Enum("Small", {"A": "a", "B": "b"})
Large = Enum("Large", {"A": "a", "B": "b", "C": "c"})
Other = Enum("Other", {"A": "a", "C": "c"})


class Shade(StrEnum):
    DARK = "dark"


@attrs.frozen
class Between:
    """A validator, of which either field may be left out."""

    least: int | None = None
    most: int | None = None

    def __call__(self, _instance: Any, _field: Any, value: int) -> None:
        """Refuse what is outside."""
        if (self.least is not None and value < self.least) or (self.most is not None and value > self.most):
            raise ValueError("is outside")


@attrs.frozen
class Item:
    sku: str
    qty: int = 1


@attrs.frozen
class LargerItem:
    sku: str
    qty: int = 1
    note: str = ""


@attrs.frozen
class StricterItem:
    sku: str
    qty: int


@attrs.frozen
class Tree:
    value: int
    trees: "list[Tree]" = attrs.Factory(list)


@attrs.frozen
class WiderTree:
    value: int | str
    trees: "list[WiderTree]" = attrs.Factory(list)


@attrs.frozen
class Card:
    kind: Literal["card"]
    number: str


@attrs.frozen
class Cash:
    kind: Literal["cash"]
    amount: int


@attrs.frozen
class Cheque:
    kind: Literal["cheque"]
    bank: str


@attrs.frozen
class Coins:
    kind: Literal["coins"]
    amount: int


@attrs.frozen
class WiderCash:
    kind: Literal["cash"]
    amount: int | float


def optional(type_: Any, default: Any, **options: Any) -> Any:
    """Return a field with a default."""
    return attrs.field(type=type_, default=default, **options)


def checked(type_: Any, *checks: Any, **options: Any) -> Any:
    """Return a field with validators."""
    return attrs.field(type=type_, validator=list(checks), **options)


def defined(fields: dict[str, Any], name: str = "EDITED", **options: Any) -> Definition:
    """Return a definition whose payload has these fields, given as types or as attrs fields."""
    made = {key: attrs.field(type=field) if _is_type(field) else field for key, field in fields.items()}
    return Definition(name=name, payload=attrs.make_class("Edited", made, frozen=True), **options)


def _is_type(field: Any) -> bool:
    return type(field) is not type(attrs.field())


def is_even(value: int) -> bool:
    """Tell whether a number is even."""
    return value % 2 == 0


def refuse_seven(_: Any, __: Any, value: int) -> None:
    """Refuse a number that no sample has."""
    if value == 7:
        raise ValueError("must not be 7")


@attrs.frozen
class Edit:
    """What is changed, the definition before and after, and the paths at which each direction breaks."""

    what: str
    before: Definition
    after: Definition
    queued: str = ""
    rolling: str = ""


def _fields(what: str, before: dict[str, Any], after: dict[str, Any], queued: str = "", rolling: str = "") -> Edit:
    return Edit(what, defined(before), defined(after), queued, rolling)


def _type(what: str, before: Any, after: Any, queued: str = "", rolling: str = "") -> Edit:
    return _fields(what, {"x": before}, {"x": after}, queued, rolling)


_X: Final = {"x": int}

EDITS: Final = (
    _fields("nothing", _X, _X),
    _fields("fields in another order", {"x": int, "y": str}, {"y": str, "x": int}),
    _fields("add a required field", _X, {"x": int, "y": str}, "$.y", "$.y"),
    _fields("add a field with a default", _X, {"x": int, "y": optional(str, "")}, "", "$.y"),
    _fields("remove a required field", {"x": int, "y": str}, _X, "$.y", "$.y"),
    _fields("remove a field with a default", {"x": int, "y": optional(str, "")}, _X, "$.y", ""),
    _fields(
        "rename a field", {"x": int, "to": str}, {"x": int, "recipient": str}, "$.recipient $.to", "$.recipient $.to"
    ),
    _fields("rename the argument only", {"to": str}, {"recipient": attrs.field(type=str, alias="to")}),
    _fields(
        "add an alias", {"to": str}, {"to": attrs.field(type=str, alias="sent_to")}, "$.sent_to $.to", "$.sent_to $.to"
    ),
    _fields("give a field a default", _X, {"x": optional(int, 1)}),
    _fields("take a default away", {"x": optional(int, 1)}, _X, "$.x", ""),
    _fields("change a default", {"x": optional(int, 1)}, {"x": optional(int, 2)}),
    _fields("make a default anew each time", {"x": optional(int, 1)}, {"x": attrs.field(type=int, factory=lambda: 7)}),
    _type("widen int to int or str", int, int | str, "", "$.x"),
    _type("narrow int or str to int", int | str, int, "$.x", ""),
    _type("allow None", int, int | None, "", "$.x"),
    _type("forbid None", int | None, int, "$.x", ""),
    _type("int to float", int, float, "", "$.x"),
    _type("float to int", float, int, "$.x", ""),
    _type("int to str", int, str, "$.x", "$.x"),
    _type("bool to int", bool, int, "$.x", "$.x"),
    _type("anything to dict", Any, dict, "$.x", ""),
    _type("dict to anything", dict, Any, "", "$.x"),
    _type("add a member to an Enum", Small, Large, "", "$.x"),
    _type("remove a member from an Enum", Large, Small, "$.x", ""),
    _type("replace a member of an Enum", Small, Other, "$.x", "$.x"),
    _type("Enum to str", Small, str, "", "$.x"),
    _type("Enum to Literal", Small, Literal["a", "b"]),
    _type("add a value to a Literal", Literal["a"], Literal["a", 1], "", "$.x"),
    _type("remove a value from a Literal", Literal["a", 1], Literal["a"], "$.x", ""),
    _type("bool to both its values", bool, Literal[True, False]),
    _type("loosen a lower bound", Annotated[int, at.Ge(1)], Annotated[int, at.Ge(0)], "", "$.x"),
    _type("tighten an upper bound", Annotated[int, at.Le(9)], Annotated[int, at.Lt(9)], "$.x", ""),
    _type("say the same bound otherwise", Annotated[int, at.Ge(1)], Annotated[int, at.Gt(0)]),
    _type("bound an unbounded number", float, Annotated[float, at.Ge(0)], "$.x", ""),
    _type("add a step", int, Annotated[int, at.MultipleOf(2)], "$.x", ""),
    _type("shorten a text", Annotated[str, at.MaxLen(20)], Annotated[str, at.MaxLen(10)], "$.x", ""),
    _type("forbid the empty text", str, Annotated[str, at.MinLen(1)], "$.x", ""),
    _fields("add a pattern", {"x": str}, {"x": checked(str, validators.matches_re("[a-z]+"))}, "$.x", ""),
    _fields("drop a pattern", {"x": checked(str, validators.matches_re("[a-z]+"))}, {"x": str}, "", "$.x"),
    _fields(
        "change a pattern",
        {"x": checked(str, validators.matches_re("[a-z]+"))},
        {"x": checked(str, validators.matches_re("[a-z0-9]+"))},
        "$.x",
        "$.x",
    ),
    _fields("limit a text to some", {"x": str}, {"x": checked(str, validators.in_(("a", "b")))}, "$.x", ""),
    _type("list to set", list[int], set[int], "$.x", ""),
    _type("set to list", set[int], list[int], "", "$.x"),
    _type("list to pair", list[int], tuple[int, int], "$.x", ""),
    _type("list to tuple of any length", list[int], tuple[int, ...]),
    _type("pair to triple", tuple[int, int], tuple[int, int, int], "$.x", "$.x"),
    _type("widen the items of a list", list[int], list[int | None], "", "$.x[*]"),
    _type("fewer items at most", Annotated[list[int], at.MaxLen(5)], Annotated[list[int], at.MaxLen(4)], "$.x", ""),
    _type("change the values of a dict", dict[str, int], dict[str, str], "$.x[*]", "$.x[*]"),
    _type("dict to class", dict[str, str], Item, "$.x $.x.qty $.x.sku", "$.x.qty"),
    _type("add a field to a nested class", Item, LargerItem, "", "$.x.note"),
    _type("take a default away in a nested class", list[Item], list[StricterItem], "$.x[*].qty", ""),
    _type("add a member to a union", Item | str, Item | str | None, "", "$.x"),
    _type("remove a member from a union", Item | str, Item, "$.x", ""),
    _type("change a class within a union", Item | None, LargerItem | None, "", "$.x.note"),
    _type("add a tagged class", Card | Cash, Card | Cash | Cheque, "", "$.x"),
    _type("remove a tagged class", Card | Cash | Cheque, Card | Cash, "$.x", ""),
    _type("change one tagged class", Card | Cash, Card | WiderCash, "", "$.x.amount"),
    _type("a class becomes one of several", Card, Card | Cash, "", "$.x.kind"),
    _type("change a tag", Card | Cash, Card | Coins, "$.x", "$.x"),
    _type("widen a class that holds itself", Tree, WiderTree, "", "$.x.value"),
    _type("nest deeper", list[int], list[list[int]], "$.x[*]", "$.x[*]"),
    _type("datetime to date", datetime, date, "$.x", "$.x"),
    _type("str to UUID", str, UUID, "$.x", ""),
    _type("UUID to str", UUID, str, "", "$.x"),
    _type("float to Decimal", float, Decimal, "$.x", "$.x"),
    _type("duration in seconds to timedelta", float, timedelta, "$.x", "$.x"),
    _type("str to bytes", str, bytes, "$.x", ""),
    _type("add a condition", int, Annotated[int, at.Predicate(is_even)], "$.x", ""),
    _type("drop a condition", Annotated[int, at.Predicate(is_even)], int, "", "$.x"),
    _fields("add a validator", {"x": int}, {"x": checked(int, refuse_seven)}, "$.x", ""),
    _fields("drop a validator", {"x": checked(int, refuse_seven)}, {"x": int}, "", "$.x"),
    _fields("limit by members of an Enum", {"x": str}, {"x": checked(str, validators.in_([Shade.DARK]))}, "$.x", ""),
    _fields(
        "turn a validator round", {"x": checked(int, Between(80))}, {"x": checked(int, Between(most=80))}, "$.x", "$.x"
    ),
    _fields(
        "add a flag to a pattern",
        {"x": checked(str, validators.matches_re("[a-z]*", re.IGNORECASE))},
        {"x": checked(str, validators.matches_re("[a-z]*", re.IGNORECASE | re.ASCII))},
        "$.x",
        "$.x",
    ),
    _fields(
        "search for a pattern",
        {"x": checked(str, validators.matches_re("(?i:a)"))},
        {"x": checked(str, validators.matches_re("(?i:a)", func=re.search))},
        "$.x",
        "$.x",
    ),
    _fields(
        "bound the items of a pair",
        {"x": tuple[int, int]},
        {"x": checked(tuple[int, int], validators.deep_iterable(validators.le(100)))},
        "$.x[0] $.x[1]",
        "",
    ),
    _fields(
        "bound the keys of an object",
        {"x": dict[str, int]},
        {"x": checked(dict[str, int], validators.deep_iterable(validators.max_len(3)))},
        "$.x",
        "",
    ),
    _type("bound a Decimal", Decimal, Annotated[Decimal, at.Ge(Decimal(1))], "$.x", ""),
    Edit(
        "queue, priority, retries, uniqueness and description",
        defined(_X),
        defined(
            _X, queue="q", priority=3, retry=RetryPolicy(attempts=9), unique=Unique(key=("x",)), description="New."
        ),
    ),
)
