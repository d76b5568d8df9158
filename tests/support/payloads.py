"""Payload classes of all supported types for property tests, with bodies that fit them and bodies that nearly do."""

from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum
from functools import reduce
from itertools import count
from operator import or_
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import annotated_types as at
import attrs
from hypothesis import strategies as st

from jobdefs.wire.types import form_of

Json = Any
Draw = Callable[[st.SearchStrategy[Any]], Any]

_field: Final[Any] = attrs.field
_numbers: Final = count()
_Color: Final = Enum("_Color", {"RED": "red", "BLUE": "blue"})
_Level: Final = IntEnum("_Level", {"LOW": 1, "HIGH": 2})
_KEYS: Final = st.sampled_from(["a", "b", "ä b", "", "kind"])
_TEXTS: Final = st.text("ab1ä😀\n", max_size=4)
_INTEGERS: Final = st.integers(-3, 12) | st.integers(-(2**63), 2**63 - 1)
_FLOATS: Final = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([0.5, -0.0, 1.0, 2.5, 1e300])
_TRICKY: Final = st.sampled_from(
    [
        *("2026-02-30", "2026-02-28", "0000-01-01", "2026-13-01", "2026-01-31\n", "2026-1-1"),
        *("2026-01-31T24:00:00Z", "2026-01-31T12:00:60Z", "2026-01-31T12:00Z", "2026-01-31T12:00:00"),
        *("2026-01-31t12:00:00z", "2026-01-31T12:00:00.1234567Z", "2026-01-31T12:00:00+05:99", "2026-02-30T12:00:00Z"),
        *("P", "PT", "P1D", "-PT1S", "PT1.5S", "PT1H1S", "P1W", "P1DT", "PT1.1234567S"),
        *("AP8", "AP8=", "AP9=", "A===", "AB==", "====", "AP-_", "AP8=\n", "AP8=AP8="),
        *("12.", ".5", "1e5", "1e12345678", "-0", "NaN", "00", "٣", "1_0", " 1"),
        *("f81d4fae7dec11d0a76500a0c91e6bf6", "F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6"),
        *("red", "RED", "a", "true", "null"),
    ]
)
ANY: Final[st.SearchStrategy[Json]] = st.recursive(
    st.none() | st.booleans() | _INTEGERS | _FLOATS | _TEXTS | _TRICKY,
    lambda part: st.lists(part, max_size=3) | st.dictionaries(_KEYS, part, max_size=3),
    max_leaves=4,
)


@attrs.frozen
class Kind:
    """A type, the JSON that it is written as, and bodies that fit, no deeper than a number of levels."""

    type: Any
    json: str
    bodies: Callable[[int], st.SearchStrategy[Json]] = attrs.field(repr=False)
    settable: bool = False


def _leaf(type_: Any, json: str, bodies: st.SearchStrategy[Json], *, settable: bool = True) -> Kind:
    return Kind(type_, json, lambda _: bodies, settable)


def _written(type_: Any, values: st.SearchStrategy[Any], *spellings: str) -> Kind:
    # Equal values may have several spellings, which a set refuses and JSON Schema does not: FORMAT.md says so.
    form = form_of(type_)
    return _leaf(type_, "string", values.map(form.unstructure) | st.sampled_from(spellings), settable=False)


_LONGEST: Final = timedelta(seconds=9_999_999_999_999)
_ZONES: Final = st.timedeltas(timedelta(hours=-23), timedelta(hours=23)).map(
    lambda delta: timezone(timedelta(minutes=delta // timedelta(minutes=1)))
)

_YEARS: Final = datetime(2, 1, 1), datetime(9998, 1, 1)  # noqa: DTZ001 - the zone is drawn, too

LEAVES: Final = (
    _leaf(str, "string", _TEXTS | _TRICKY),
    _leaf(int, "integer", _INTEGERS | st.integers(-3, 3).map(float)),
    _leaf(float, "number", _INTEGERS | _FLOATS),
    _leaf(bool, "boolean", st.booleans()),
    _leaf(Any, "any", ANY, settable=False),
    _leaf(_Color, "string", st.sampled_from(["red", "blue"])),
    _leaf(_Level, "integer", st.sampled_from([1, 2, 1.0])),
    _leaf(Literal["a", "b"], "string", st.sampled_from(["a", "b"])),
    _leaf(Literal[1], "integer", st.sampled_from([1, 1.0])),
    _leaf(Annotated[int, at.Interval(ge=1, lt=5)], "integer", st.integers(1, 4)),
    _leaf(Annotated[float, at.MultipleOf(0.5), at.Gt(0)], "number", st.sampled_from([0.5, 1, 2.5])),
    _leaf(Annotated[str, at.Len(1, 3)], "string", st.text("aä😀", min_size=1, max_size=3)),
    _leaf(date, "string", st.dates().map(str)),
    _written(timedelta, st.timedeltas(-_LONGEST, _LONGEST), "P1DT2H3M4.5S", "-P1D"),
    _written(UUID, st.uuids(), "F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6"),
    _written(Decimal, st.decimals(allow_nan=False, allow_infinity=False), "1.50", "1e5"),
    _written(bytes, st.binary(max_size=4), "AP9="),
    _leaf(datetime, "string", st.datetimes(*_YEARS, timezones=_ZONES).map(datetime.isoformat), settable=False),
)


def _kinds(part: st.SearchStrategy[Kind]) -> st.SearchStrategy[Kind]:
    return st.one_of(
        part.map(_list),
        part.map(_tuple),
        st.tuples(part, part).map(lambda pair: _row(*pair)),
        st.sampled_from([leaf for leaf in LEAVES if leaf.settable]).map(_set),
        part.map(_dict),
        part.map(_optional),
        st.lists(part, min_size=2, max_size=3).map(_union),
        classes(part),
        st.lists(classes(part, tagged=True), min_size=2, max_size=3).map(_tagged),
    )


def _list(item: Kind) -> Kind:
    return Kind(
        Annotated[list[item.type], at.MaxLen(3)],  # type: ignore[name-defined]
        "array",
        lambda depth: st.lists(item.bodies(depth - 1), max_size=3 if depth > 0 else 0),
    )


def _tuple(item: Kind) -> Kind:
    return Kind(
        tuple[item.type, ...],  # type: ignore[name-defined]
        "array",
        lambda depth: st.lists(item.bodies(depth - 1), max_size=3 if depth > 0 else 0),
    )


def _row(one: Kind, two: Kind) -> Kind:
    return Kind(
        tuple[one.type, two.type],  # type: ignore[name-defined]
        "array",
        lambda depth: st.tuples(one.bodies(depth - 1), two.bodies(depth - 1)).map(list),
    )


def _set(item: Kind) -> Kind:
    return Kind(
        frozenset[item.type],  # type: ignore[name-defined]
        "array",
        lambda depth: st.lists(item.bodies(depth - 1), max_size=3, unique=True),
    )


def _dict(part: Kind) -> Kind:
    return Kind(
        dict[str, part.type],  # type: ignore[name-defined]
        "object",
        lambda depth: st.dictionaries(_KEYS, part.bodies(depth - 1), max_size=2 if depth > 0 else 0),
    )


def _optional(part: Kind) -> Kind:
    return Kind(part.type | None, part.json, lambda depth: st.none() | part.bodies(depth))


def _union(parts: list[Kind]) -> Kind:
    chosen: list[Kind] = []
    for part in parts:
        taken = "+".join(kind.json for kind in chosen).split("+")
        if part.json != "any" and not {*part.json.split("+")} & {*taken}:
            chosen.append(part)
    if not chosen:
        return parts[0]
    return Kind(
        reduce(or_, (part.type for part in chosen)),
        "+".join(part.json for part in chosen),
        lambda depth: st.one_of([part.bodies(depth) for part in chosen]),
    )


def _tagged(parts: list[Kind]) -> Kind:
    return Kind(
        reduce(or_, (part.type for part in parts)),
        "object",
        lambda depth: st.one_of([part.bodies(depth) for part in parts]),
    )


@st.composite
def classes(draw: Any, part: st.SearchStrategy[Kind], *, tagged: bool = False) -> Kind:
    """Give an attrs class whose fields are of the types of a part, or lead back to the class, some with defaults."""
    name = f"Class{next(_numbers)}"
    kinds = {f"f{number}": kind for number, kind in enumerate(draw(st.lists(part, min_size=1, max_size=3)))}
    bodies = {key: kind.bodies for key, kind in kinds.items()}
    fields = {key: _field(type=kind.type, **draw(_default(kind))) for key, kind in kinds.items()}
    if tagged:
        fields["kind"] = _field(type=Literal[name, f"{name}'s"], **draw(st.sampled_from([{}, {"default": name}])))
        bodies["kind"] = lambda _: st.sampled_from([name, f"{name}'s"])
    if draw(st.booleans()):
        fields["again"] = _field(type=f"tuple[{name}, ...]", default=())
    cls = attrs.make_class(name, fields, kw_only=True, frozen=True)
    optional = {key for key, field in fields.items() if field._default is not attrs.NOTHING} - {"kind"}

    def objects(depth: int) -> st.SearchStrategy[Json]:
        known = {key: body(depth - 1) for key, body in bodies.items()}
        if "again" in fields:
            known["again"] = st.lists(objects(depth - 2), max_size=1) if depth > 1 else st.just([])
        return st.fixed_dictionaries(
            {key: value for key, value in known.items() if key not in optional},
            optional={key: value for key, value in known.items() if key in optional},
        )

    return Kind(cls, "object", objects)


@st.composite
def _default(draw: Any, kind: Kind) -> dict[str, Any]:
    if not draw(st.booleans()):
        return {}
    return {"default": form_of(kind.type).structure(draw(kind.bodies(1)))}


_SHALLOW: Final = st.sampled_from(LEAVES) | _kinds(st.sampled_from(LEAVES))
_PAYLOADS: Final = classes(_SHALLOW | _kinds(_SHALLOW))


@st.composite
def payloads(draw: Any) -> Kind:
    """Give a payload class."""
    kind: Kind = draw(_PAYLOADS)
    return kind


@st.composite
def spoilt(draw: Any, body: Json) -> Json:
    """Give a body with something put in, taken out, or put in the place of something else, at any depth."""
    if isinstance(body, dict) and draw(st.integers(0, 3)):
        return _with_member(draw, body)
    if isinstance(body, list) and body and draw(st.integers(0, 3)):
        at_ = draw(st.integers(0, len(body) - 1))
        return [*body[:at_], *draw(st.sampled_from([[], [body[at_]] * 2, [draw(spoilt(body[at_]))]])), *body[at_ + 1 :]]
    return draw(ANY)


def _with_member(draw: Draw, body: dict[str, Json]) -> Json:
    key = draw(st.sampled_from([*body, "extra"]))
    if key in body and draw(st.booleans()):
        return {known: value for known, value in body.items() if known != key}
    return body | {key: draw(spoilt(body.get(key)))}
