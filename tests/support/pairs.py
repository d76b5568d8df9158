"""Pairs of definitions of which the second is an edit of the first, and bodies that either may accept."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from types import GenericAlias
from typing import Annotated, Any, Final, Literal, Optional
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
_NUMBER: Final[st.SearchStrategy[Any]] = st.sampled_from(
    [None, True, False, 0, 1, 2, 3, 4, 8, 9, 10, -1, 2.0, 2.5, 0.5, -0.5, 2**53, -(2**63), 1e300, "a", [], {}]
)
_TEXT: Final[st.SearchStrategy[Any]] = st.sampled_from(
    [
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
    ]
)
_FAMILIES: Final = ((_NUMBERS, _NUMBER), (_TEXTS, _TEXT))
_ARRAYS: Final[tuple[Callable[[Any], Any], ...]] = (
    lambda item: GenericAlias(list, (item,)),
    lambda item: GenericAlias(set, (item,)),
    lambda item: GenericAlias(tuple, (item, ...)),
    lambda item: GenericAlias(tuple, (item, item)),
    lambda item: Annotated[(GenericAlias(list, (item,)), at.MinLen(1))],
    lambda item: Annotated[(GenericAlias(list, (item,)), at.Len(1, 2))],
)


@attrs.frozen
class Pair:
    """A type, an edit of it, and values that one of them may accept."""

    before: Any
    after: Any
    bodies: st.SearchStrategy[Any]


@st.composite
def definitions(draw: st.DrawFn) -> tuple[Definition, Definition, st.SearchStrategy[Any]]:
    """Return two definitions of one name and bodies for them."""
    pair = draw(_class(1))
    before, after = (Definition(name="EDITED", payload=type_) for type_ in (pair.before, pair.after))
    return before, after, pair.bodies


def _edited(draw: st.DrawFn, options: tuple[Any, ...]) -> tuple[Any, Any]:
    before = draw(st.sampled_from(options))
    return before, draw(st.just(before) | st.sampled_from(options))


@st.composite
def _part(draw: st.DrawFn, depth: int) -> Pair:
    part: Pair = draw(st.one_of(_single(), _single(), *((_array(depth), _map(depth), _class(depth)) if depth else ())))
    return part


@st.composite
def _single(draw: st.DrawFn) -> Pair:
    types, bodies = draw(st.sampled_from(_FAMILIES))
    return Pair(*_edited(draw, types), bodies)


@st.composite
def _array(draw: st.DrawFn, depth: int) -> Pair:
    item = draw(_part(depth - 1))
    before, after = _edited(draw, _ARRAYS)
    return Pair(before(item.before), after(item.after), st.lists(item.bodies, max_size=3))


@st.composite
def _map(draw: st.DrawFn, depth: int) -> Pair:
    value = draw(_part(depth - 1))
    return Pair(
        GenericAlias(dict, (str, value.before)),
        GenericAlias(dict, (str, value.after)),
        st.dictionaries(_key, value.bodies, max_size=2),
    )


@st.composite
def _class(draw: st.DrawFn, depth: int) -> Pair:
    parts = {name: draw(_part(depth)) for name in "abc"}
    sides = [_edited(draw, ("required", "default", "absent")) for _ in parts]
    made = [
        {
            name: _field(draw, getattr(part, side), part.bodies, presence[place])
            for (name, part), presence in zip(parts.items(), sides, strict=True)
            if presence[place] != "absent"
        }
        for place, side in enumerate(("before", "after"))
    ]
    bodies = st.fixed_dictionaries({}, optional={name: part.bodies for name, part in parts.items()})
    try:
        before, after = (defined(fields).payload for fields in made)
    except DefinitionError:
        reject()
    none = draw(st.sampled_from([(False, False), (False, False), (True, True), (False, True), (True, False)]))
    if depth == 1:
        return Pair(before, after, bodies)
    types: list[Any] = [Optional[type_] if may else type_ for type_, may in zip((before, after), none, strict=True)]  # noqa: UP045 - built at run time
    return Pair(types[0], types[1], bodies | st.none())


def _field(draw: st.DrawFn, type_: Any, bodies: st.SearchStrategy[Any], presence: str) -> Any:
    if presence == "required":
        return attrs.field(type=type_, kw_only=True)
    try:
        return attrs.field(type=type_, default=form_of(type_).structure(draw(bodies)), kw_only=True)
    except (Misfit, DefinitionError):
        return attrs.field(type=type_, kw_only=True)


_key: Final = st.sampled_from(["a", "b", "a b"])
