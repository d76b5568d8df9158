"""Tells what a validator or a bound asks for, in words that are the same in every process."""

import dataclasses
import re
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from enum import Enum, EnumMeta
from functools import partial
from types import ModuleType
from typing import Any, Final

import attrs

from jobdefs.wire import kinds

_DEEPEST: Final = 16

Tell = Callable[[Any], str]


def told(value: Any, above: tuple[int, ...] = ()) -> str:
    """Return a value in words: classes and functions by their names, objects with fields by these.

    It has neither addresses nor the order of a set, so that a schema is the same wherever it is made. Two lambdas, or
    two closures of one function, are not told apart. ``above`` are the objects that hold this one, by their ids.
    """
    if id(value) in above or len(above) > _DEEPEST:
        return "…"
    tell: Tell = partial(told, above=(*above, id(value)))
    for kind, teller in _TELLERS:
        if isinstance(value, kind):
            return teller(value, tell)
    return _named(value, tell) or _object(value, tell)


def flags_of(pattern: re.Pattern[Any]) -> list[str]:
    """Return the names of a pattern's flags, without that which patterns have anyway."""
    return [str(flag.name) for flag in re.RegexFlag(pattern.flags) if flag is not re.UNICODE]


def _named(value: Any, tell: Tell) -> str:
    name = str(getattr(value, "__qualname__", ""))
    holder = getattr(value, "__self__", None)
    # What a method checks depends on the object that it is bound to.
    if name and holder is not None and not isinstance(holder, (type, ModuleType)):
        return f"{tell(holder)}.{value.__name__}"
    return name


def _object(value: Any, tell: Tell) -> str:
    name = type(value).__qualname__.lstrip("_")
    if (fields := _fields(value)) is None:
        if " at 0x" not in (written := repr(value)):
            return written
        # An object whose repr is its address has no other words for itself.
        if not (fields := list(getattr(value, "__dict__", ()))):
            return name
    found = {field.lstrip("_"): getattr(value, field, None) for field in fields}
    # Most fields that may be left out are None where they were.
    return _call(name, tell, (), {field: part for field, part in found.items() if part is not None})


def _fields(value: Any) -> list[str] | None:
    if attrs.has(type(value)):
        return [field.name for field in attrs.fields(type(value))]
    return [field.name for field in dataclasses.fields(value)] if dataclasses.is_dataclass(value) else None


def _call(name: str, tell: Tell, args: Iterable[Any], named: Mapping[str, Any] | None = None) -> str:
    parts = [*map(tell, args), *(f"{key}={tell(part)}" for key, part in (named or {}).items())]
    return f"{name}({', '.join(parts)})"


def _pattern(pattern: re.Pattern[Any], _: Tell) -> str:
    # Its own repr stops at 200 characters.
    return f"re.compile({', '.join([repr(pattern.pattern), *flags_of(pattern)])})"


def _mapping(value: Mapping[Any, Any], tell: Tell) -> str:
    return f"{{{', '.join(sorted(f'{tell(key)}: {tell(part)}' for key, part in value.items()))}}}"


def _enum(cls: type[Enum], tell: Tell) -> str:
    # in_ takes a class for the list of its members.
    return _call(cls.__qualname__, tell, (), {name: member.value for name, member in cls.__members__.items()})


def _in(known: Any, tell: Tell) -> str:
    # attrs makes a tuple of a set, whose order is another one in each process.
    settled = isinstance(known.options, (tuple, frozenset))
    return f"in_({', '.join(sorted(map(tell, known.options))) if settled else tell(known.options)})"


def _matches(known: Any, tell: Tell) -> str:
    how, pattern = known.match_func.__name__, known.pattern
    extra = [*([] if how == "fullmatch" else [how]), *flags_of(pattern)]
    return f"matches_re({', '.join([tell(pattern.pattern), *extra])})"


def _not(known: Any, tell: Tell) -> str:
    captured = {} if known.exc_types == (ValueError, TypeError) else {"exc_types": known.exc_types}
    return _call("not_", tell, (known.validator,), captured)


def _asked(name: str, args: Callable[[Any], Iterable[Any]]) -> Callable[[Any, Tell], str]:
    return lambda known, tell: _call(name, tell, args(known))


def _deep_iterable(known: Any, tell: Tell) -> str:
    whole = () if known.iterable_validator is None else (known.iterable_validator,)
    return _call("deep_iterable", tell, (known.member_validator, *whole))


def _deep_mapping(known: Any, tell: Tell) -> str:
    parts = {"key": known.key_validator, "value": known.value_validator, "mapping": known.mapping_validator}
    return _call("deep_mapping", tell, (), {name: part for name, part in parts.items() if part is not None})


_COMPARISONS: Final = {">=": "ge", ">": "gt", "<=": "le", "<": "lt"}
_TELLERS: Final[tuple[tuple[Any, Callable[[Any, Tell], str]], ...]] = (
    (EnumMeta, _enum),
    (Enum, lambda member, _: f"{type(member).__qualname__}.{member.name}"),
    (AbstractSet, lambda value, tell: f"{{{', '.join(sorted(map(tell, value)))}}}"),
    (Mapping, _mapping),
    ((tuple, list, deque), lambda value, tell: f"({', '.join(map(tell, value))})"),
    (partial, lambda value, tell: _call("partial", tell, (value.func, *value.args), value.keywords)),
    (re.Pattern, _pattern),
    (kinds.IN, _in),
    (kinds.MATCHES_RE, _matches),
    (kinds.NOT, _not),
    (kinds.COMPARISON, lambda known, tell: _call(_COMPARISONS[known.compare_op], tell, (known.bound,))),
    (kinds.MIN_LEN, _asked("min_len", lambda known: (known.min_length,))),
    (kinds.MAX_LEN, _asked("max_len", lambda known: (known.max_length,))),
    (kinds.INSTANCE_OF, _asked("instance_of", lambda known: (known.type,))),
    (kinds.AND, _asked("and_", kinds.parts_of)),
    (kinds.OR, _asked("or_", lambda known: known.validators)),
    (kinds.OPTIONAL, _asked("optional", lambda known: (known.validator,))),
    (kinds.DEEP_ITERABLE, _deep_iterable),
    (kinds.DEEP_MAPPING, _deep_mapping),
)
