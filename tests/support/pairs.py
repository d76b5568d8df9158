"""Pairs of definitions of which the second is an edit of the first, and bodies that either may accept."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from types import GenericAlias
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import annotated_types as at
import attrs
from hypothesis import reject
from hypothesis import strategies as st

from jobdefs import Definition
from jobdefs.errors import DefinitionError
from jobdefs.wire.misfit import Misfit
from jobdefs.wire.types import form_of
from tests.support.edits import Large, Other, Small, defined

Level = Enum("Level", {"LOW": 1, "HIGH": 2})

_NUMBERS: Final = (
    int,
    float,
    bool,
    int | None,
    int | str,
    float | None,
    Literal[1, 2],
    Literal[1, "a"],
    Level,
    Any,
    *(Annotated[int, mark] for mark in (at.Ge(0), at.Gt(0), at.Le(9), at.Lt(9), at.MultipleOf(2), at.MultipleOf(4))),
    *(Annotated[float, mark] for mark in (at.Ge(0), at.Lt(2.5), at.MultipleOf(0.5), at.Interval(gt=-1, le=9))),
)
_TEXTS: Final = (
    str,
    str | None,
    Small,
    Large,
    Other,
    Literal["a", "b"],
    UUID,
    date,
    datetime,
    timedelta,
    Decimal,
    bytes,
    Any,
    *(Annotated[str, mark] for mark in (at.MinLen(1), at.MaxLen(3), at.Len(1, 2))),
    Annotated[Decimal, at.Ge(Decimal(0))],
)
_NUMBER: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, 1, 2, 3, 4, 8, 9, 10, -1, 2.0, 2.5, 0.5, -0.5),
    *(2**53, -(2**63), 1e300, "a", [], {}),
)
_TEXT: Final[tuple[Any, ...]] = (
    "",
    "a",
    "b",
    "c",
    "abcd",
    "é",
    "AP8=",
    "12.5",
    "-3",
    "PT1S",
    "2026-01-31",
    "2026-01-31T09:30:00Z",
    None,
    1,
    "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
    ["a"],
)
_FAMILIES: Final = ((_NUMBERS, _NUMBER), (_TEXTS, _TEXT))
_LISTS: Final[tuple[Callable[[Any], Any], ...]] = (
    lambda item: GenericAlias(list, (item,)),
    lambda item: GenericAlias(tuple, (item, ...)),
    lambda item: GenericAlias(tuple, (item, item)),
    lambda item: Annotated[(GenericAlias(list, (item,)), at.MinLen(1))],
    lambda item: Annotated[(GenericAlias(list, (item,)), at.Len(1, 2))],
)
_ARRAYS: Final = (*_LISTS, lambda item: GenericAlias(set, (item,)))
_PRESENCES: Final = ("required", "default", "default", "required", "absent")
_KEY: Final = st.sampled_from(["a", "b", "a b"])
_MOSTLY: Final = st.sampled_from([True] * 9 + [False])
_SELDOM: Final = st.sampled_from([True] + [False] * 4)


TYPES: Final = (*dict.fromkeys(_NUMBERS + _TEXTS), *(array(item) for array in _ARRAYS for item in (int, Small)))
BODIES: Final = (*_NUMBER, *_TEXT, [1], [1, 2], [1, 1], [1, 2, 3], ["a"], ["a", "b"], ["b", "b"], ["c", "a"])


@attrs.frozen
class Pair:
    """A type, an edit of it, and values that one of them may accept."""

    before: Any
    after: Any
    bodies: st.SearchStrategy[Any]


@st.composite
def definitions(draw: st.DrawFn) -> tuple[Definition, Definition, st.SearchStrategy[Any]]:
    """Return two definitions of one name that differ in one place at most, and bodies for them."""
    pair = draw(_class(1, edited=draw(_MOSTLY)))
    before, after = (Definition(name="EDITED", payload=type_) for type_ in (pair.before, pair.after))
    return before, after, pair.bodies


def _edit(draw: st.DrawFn, options: tuple[Any, ...], *, edited: bool) -> tuple[Any, Any]:
    before = draw(st.sampled_from(options))
    others = [option for option in options if option is not before]
    return before, draw(st.sampled_from(others)) if edited else before


@st.composite
def _part(draw: st.DrawFn, depth: int, *, edited: bool) -> Pair:
    made = (_array, _map, _class) if depth else ()
    part: Pair = draw(st.one_of(*(kind(depth, edited=edited) for kind in (_single, _single, *made))))
    return part


@st.composite
def _single(draw: st.DrawFn, _: int, *, edited: bool) -> Pair:
    types, bodies = draw(st.sampled_from(_FAMILIES))
    before, after = _edit(draw, types, edited=edited)
    fitting = [body for body in bodies if _fits(before, body) or _fits(after, body)]
    return Pair(before, after, st.sampled_from(fitting))


def _fits(type_: Any, body: Any) -> bool:
    try:
        form_of(type_).structure(body)
    except Misfit:
        return False
    return True


@st.composite
def _array(draw: st.DrawFn, depth: int, *, edited: bool) -> Pair:
    outside = edited and draw(st.booleans())
    item = draw(_part(depth - 1, edited=edited and not outside))
    hashable = all(form_of(side).hashable for side in (item.before, item.after))
    before, after = _edit(draw, _ARRAYS if hashable else _LISTS, edited=outside)
    return Pair(before(item.before), after(item.after), st.lists(item.bodies, max_size=3))


@st.composite
def _map(draw: st.DrawFn, depth: int, *, edited: bool) -> Pair:
    value = draw(_part(depth - 1, edited=edited))
    before, after = (GenericAlias(dict, (str, side)) for side in (value.before, value.after))
    return Pair(before, after, st.dictionaries(_KEY, value.bodies, max_size=2))


@st.composite
def _class(draw: st.DrawFn, depth: int, *, edited: bool) -> Pair:
    outside = edited and draw(_SELDOM)
    parts = {
        "a": draw(_part(depth, edited=edited and not outside)),
        "b": draw(_part(0, edited=False)),
    }
    presences = {name: _edit(draw, _PRESENCES, edited=outside) for name in parts}
    made = [
        {
            name: _field(draw, getattr(part, side), part.bodies, presences[name][place])
            for name, part in parts.items()
            if presences[name][place] != "absent"
        }
        for place, side in enumerate(("before", "after"))
    ]
    try:
        before, after = (defined(fields).payload for fields in made)
    except DefinitionError:
        reject()
    required = {name: part.bodies for name, part in parts.items() if "absent" not in presences[name]}
    optional = {name: part.bodies for name, part in parts.items() if "absent" in presences[name]}
    return Pair(before, after, st.fixed_dictionaries(required, optional=optional) | st.fixed_dictionaries(optional))


def _field(draw: st.DrawFn, type_: Any, bodies: st.SearchStrategy[Any], presence: str) -> Any:
    if presence == "required":
        return attrs.field(type=type_, kw_only=True)
    try:
        return attrs.field(type=type_, default=form_of(type_).structure(draw(bodies)), kw_only=True)
    except (Misfit, DefinitionError):
        return attrs.field(type=type_, kw_only=True)
