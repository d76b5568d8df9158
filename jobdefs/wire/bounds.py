"""What ``Annotated`` adds to a type: bounds that are enforced on reading and writing, and shown in the schema."""

import re
from collections.abc import Callable, Container, Iterable, Iterator
from collections.abc import Set as AbstractSet
from datetime import date
from enum import Enum
from types import NoneType
from typing import Any, Final

import annotated_types as at
import attrs

from jobdefs.wire.ecma import in_ecma
from jobdefs.wire.form import Defs, Form, Fragment, Unsupported
from jobdefs.wire.limits import bounds_at_all
from jobdefs.wire.misfit import Misfit, shown
from jobdefs.wire.telling import flags_of, told

CONDITIONS: Final = "x-conditions"
"""Where a schema says in words what JSON Schema has no word for."""


@attrs.frozen(eq=False)
class Pattern:
    """The string must match; ``how`` is the name of the method of the compiled pattern."""

    pattern: re.Pattern[str]
    how: str


def _settled(options: Container[Any]) -> Container[Any]:
    # Containers other than these may be endless, or mean something else by "in", as a string does. attrs makes a tuple
    # of a set, whose order is another one in each process; a schema has one order.
    return tuple(sorted(options, key=told)) if isinstance(options, (tuple, frozenset)) else options


@attrs.frozen(eq=False)
class OneOf:
    """The value must be among these; those of a set are sorted."""

    options: Container[Any] = attrs.field(converter=_settled)


@attrs.frozen
class Bound:
    """One condition: whether a value keeps it, what to say of one that does not, and its JSON Schema keywords.

    ``words`` are what a schema says that has no keyword, where the reason leaves something out.
    """

    holds: Callable[[Any], bool]
    reason: Callable[[Any], str]
    keywords: Callable[[Fragment, Form], Fragment]
    words: str = ""


def bounded(form: Form, marks: Iterable[Any]) -> Form:
    """Return a form with the bounds that the marks of an ``Annotated`` set; marks of other libraries set none."""
    bounds = tuple(_bounds(marks, form))
    if not bounds:
        return form
    checked = _checker(bounds)
    read, write = form.structure, form.unstructure

    def structure(value: Any, _: Any = None) -> Any:
        return checked(read(value))

    def unstructure(value: Any) -> Any:
        written = write(value)
        checked(value)
        return written

    def schema(defs: Defs) -> Fragment:
        fragment = form.schema(defs)
        for bound in bounds:
            keywords = bound.keywords(fragment, form)
            if not keywords:
                fragment.setdefault(CONDITIONS, []).append(bound.words or bound.reason(form.sample))
            if keywords.keys() & fragment.keys():
                fragment.setdefault("allOf", []).append(keywords)
            else:
                fragment |= keywords
        return fragment

    return attrs.evolve(
        form, structure=structure, quick=_quick(form.quick, bounds), unstructure=unstructure, schema=schema
    )


def _quick(read: Callable[[Any], Any], bounds: tuple[Bound, ...]) -> Callable[[Any], Any]:
    tests = tuple(bound.holds for bound in bounds)

    def quick(value: Any, _: Any = None) -> Any:
        found = read(value)
        for holds in tests:
            if not holds(found):
                raise ValueError
        return found

    return quick


def _checker(bounds: tuple[Bound, ...]) -> Callable[[Any], Any]:
    tests = tuple(bound.holds for bound in bounds)

    def checked(value: Any) -> Any:
        try:
            for holds in tests:
                if not holds(value):
                    break
            else:
                return value
        except Exception:  # noqa: BLE001, S110 - a bound that cannot judge a value does not hold for it
            pass
        raise Misfit.because(*(bound.reason(value) for bound in bounds if not _holds(bound, value)))

    return checked


def _holds(bound: Bound, value: Any) -> bool:
    try:
        return bool(bound.holds(value))
    except Exception:  # noqa: BLE001 - as above
        return False


def _bounds(marks: Iterable[Any], form: Form) -> Iterator[Bound]:
    for mark in marks:
        if isinstance(mark, at.GroupedMetadata):
            yield from _bounds(mark, form)
        elif type(mark) in BOUNDS and bounds_at_all(mark, form.sample):
            yield _applied(BOUNDS[type(mark)](mark), mark, form)
        elif isinstance(mark, at.BaseMetadata) and type(mark) not in (*BOUNDS, at.Unit):
            message = f"the bound {mark!r} is not supported"
            raise Unsupported(message)


def _applied(bound: Bound, mark: Any, form: Form) -> Bound:
    """Return the bound; raises Unsupported where no value of the type could keep it, such as a length for numbers."""
    if form.sample is not None and not isinstance(mark, (at.Predicate, OneOf)):
        try:
            bound.holds(form.sample)
        except Exception as error:
            raise Unsupported(f"the bound {mark!r} does not apply to it: {error}") from error
    return bound


_Compare = Callable[[Any], Callable[[Any], bool]]


def _compared(symbol: str, keyword: str, field: str, holds: _Compare) -> Callable[[Any], Bound]:
    def bound(mark: Any) -> Bound:
        limit = getattr(mark, field)
        return Bound(
            holds=holds(limit),
            reason=lambda _: f"must be {symbol} {told(limit) if isinstance(limit, AbstractSet) else limit}",
            keywords=_numeric(keyword, limit),
        )

    return bound


def _multiple(mark: at.MultipleOf) -> Bound:
    step: Any = mark.multiple_of

    def holds(value: Any) -> bool:
        if isinstance(step, float):
            return bool((quotient := value / step) == int(quotient))
        return bool(value % step == 0)

    return Bound(
        holds=holds,
        reason=lambda _: f"must be a multiple of {step}",
        keywords=_numeric("multipleOf", step),
    )


def _length(words: str, prefix: str, field: str, holds: _Compare) -> Callable[[Any], Bound]:
    def bound(mark: Any) -> Bound:
        limit = getattr(mark, field)
        return Bound(
            holds=holds(limit),
            reason=lambda value: f"must have {words} {limit} {_COUNTED.get(type(value), 'item')}(s)",
            keywords=lambda fragment, form: {f"{prefix}{what}": limit} if (what := _countable(fragment, form)) else {},
        )

    return bound


def _predicate(mark: at.Predicate) -> Bound:
    name = told(mark.func)
    reason = "must keep its condition" if "<lambda>" in name else f"must satisfy {name}"
    return Bound(holds=mark.func, reason=lambda _: reason, keywords=lambda *_: {})


def _pattern(mark: Pattern) -> Bound:
    match = getattr(mark.pattern, mark.how)
    extra = ", ".join([*([] if mark.how == "fullmatch" else [mark.how]), *flags_of(mark.pattern)])
    reason = f"must match {mark.pattern.pattern}{extra and f' ({extra})'}"
    keywords = in_ecma(mark.pattern, mark.how)
    return Bound(
        holds=lambda value: match(value) is not None,
        reason=lambda _: reason,
        keywords=lambda fragment, form: dict(keywords) if _countable(fragment, form) == "Length" else {},
    )


def _one_of(mark: OneOf) -> Bound:
    options = mark.options if isinstance(mark.options, tuple) else ()
    reason = f"must be one of {shown(options, told)}" if options else f"must be in {told(mark.options)}"
    # True == 1 in Python, but not in JSON.
    known = [(option.__class__ is bool, option) for option in options]

    def keywords(_: Fragment, form: Form) -> Fragment:
        if not options or not all(map(_is_spelled_alike, options)):
            return {}
        try:
            return {"enum": [_plain(form.unstructure(option)) for option in options]}
        except Misfit:
            return {}

    return Bound(
        holds=lambda value: (value.__class__ is bool, value) in known if options else value in mark.options,
        reason=lambda _: reason,
        keywords=keywords,
        words=f"must be one of {', '.join(map(told, options))}" if options else "",
    )


def _plain(written: Any) -> Any:
    # A member of a StrEnum is a string, too.
    return written.value if isinstance(written, Enum) else written


def _is_spelled_alike(option: Any) -> bool:
    # JSON has one way to write such a value, where it has many for a moment, and an order for what is a set in Python.
    return isinstance(option, Enum) or type(option) in (str, int, float, bool, date, NoneType)


def _numeric(keyword: str, limit: Any) -> Callable[[Fragment, Form], Fragment]:
    # A Decimal or a date is bounded too, but as a string in JSON it has no such keyword.
    shown = {keyword: limit} if type(limit) in (int, float) else {}
    return lambda fragment, _: dict(shown) if fragment.get("type") in ("integer", "number") else {}


def _countable(fragment: Fragment, form: Form) -> str:
    # What is a string only in JSON (a date, bytes) has another length there than in Python.
    if fragment.get("type") == "string" and not isinstance(form.sample, str):
        return ""
    return {"string": "Length", "array": "Items", "object": "Properties"}.get(fragment.get("type", ""), "")


_COUNTED: Final[dict[type, str]] = {str: "character", bytes: "byte", dict: "member"}

BOUNDS: Final[dict[type, Callable[[Any], Bound]]] = {
    at.Ge: _compared(">=", "minimum", "ge", lambda limit: lambda value: value >= limit),
    at.Gt: _compared(">", "exclusiveMinimum", "gt", lambda limit: lambda value: value > limit),
    at.Le: _compared("<=", "maximum", "le", lambda limit: lambda value: value <= limit),
    at.Lt: _compared("<", "exclusiveMaximum", "lt", lambda limit: lambda value: value < limit),
    at.MultipleOf: _multiple,
    at.MinLen: _length("at least", "min", "min_length", lambda limit: lambda value: len(value) >= limit),
    at.MaxLen: _length("at most", "max", "max_length", lambda limit: lambda value: len(value) <= limit),
    at.Predicate: _predicate,
    Pattern: _pattern,
    OneOf: _one_of,
}
