"""What ``Annotated`` adds to a type: bounds that are enforced on reading and writing, and shown in the schema."""

import re
from collections.abc import Callable, Container, Iterable, Iterator
from typing import Any, Final

import annotated_types as at
import attrs

from jobdefs.wire.form import Defs, Form, Fragment, Unsupported
from jobdefs.wire.misfit import Misfit, shown
from jobdefs.wire.telling import told

_PYTHON_ONLY: Final = re.compile(r"\(\?[P#(>aiLmsux]|\\[AZN]|[*+?}]\+|\{,")

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
    return tuple(sorted(options, key=repr)) if isinstance(options, (tuple, frozenset)) else options


@attrs.frozen(eq=False)
class OneOf:
    """The value must be among these; those of a set are sorted."""

    options: Container[Any] = attrs.field(converter=_settled)


@attrs.frozen
class Bound:
    """One condition: whether a value keeps it, what to say of one that does not, and its JSON Schema keywords."""

    holds: Callable[[Any], bool]
    reason: Callable[[Any], str]
    keywords: Callable[[Fragment, Form], Fragment]


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
                fragment.setdefault(CONDITIONS, []).append(bound.reason(form.sample))
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
        elif type(mark) in BOUNDS:
            yield _applied(BOUNDS[type(mark)](mark), mark, form)
        elif isinstance(mark, at.BaseMetadata) and not isinstance(mark, at.Unit):
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
            reason=lambda _: f"must be {symbol} {limit}",
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
    source = {"search": "{}", "match": "^(?:{})", "fullmatch": "^(?:{})$"}[mark.how].format(mark.pattern.pattern)
    keywords = {"pattern": source} if mark.pattern.flags == re.UNICODE and not _PYTHON_ONLY.search(source) else {}
    return Bound(
        holds=lambda value: match(value) is not None,
        reason=lambda _: f"must match {mark.pattern.pattern}",
        keywords=lambda fragment, form: dict(keywords) if _countable(fragment, form) == "Length" else {},
    )


def _one_of(mark: OneOf) -> Bound:
    options = mark.options if isinstance(mark.options, tuple) else ()
    reason = f"must be one of {shown(options, repr)}" if options else f"must be in {told(mark.options)}"

    def keywords(_: Fragment, form: Form) -> Fragment:
        try:
            return {"enum": [form.unstructure(option) for option in options]} if options else {}
        except Misfit:
            return {}

    return Bound(holds=lambda value: value in mark.options, reason=lambda _: reason, keywords=keywords)


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
