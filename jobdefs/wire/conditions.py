"""Tells in words what validators ask for that JSON Schema has no word for."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from attrs import validators

from jobdefs.wire.telling import told
from jobdefs.wire.validators import AND, DEEP_ITERABLE, INSTANCE_OF, MARKS, OPTIONAL, parts_of

_NESTED: Final[dict[Any, tuple[str, Callable[[Any], Iterable[Any]]]]] = {
    AND: ("and_", parts_of),
    OPTIONAL: ("optional", lambda known: (known.validator,)),
    DEEP_ITERABLE: ("deep_iterable", lambda known: (known.member_validator, known.iterable_validator)),
    type(validators.not_(validators.ge(0))): ("not_", lambda known: (known.validator,)),
    type(validators.or_(validators.ge(0), validators.ge(0))): ("or_", lambda known: known.validators),
    type(validators.deep_mapping(validators.ge(0))): (
        "deep_mapping",
        lambda known: (known.key_validator, known.value_validator, known.mapping_validator),
    ),
}


def conditions(validator: Any) -> Iterator[str]:
    """Yield in words what validators ask for that have no mark."""
    kind = type(validator)
    if validator is None or kind in MARKS or kind is INSTANCE_OF:
        return
    if kind not in (AND, OPTIONAL, DEEP_ITERABLE):
        yield f"is checked by {_words(validator)}"
        return
    _, parts = _NESTED[kind]
    for part in parts(validator):
        yield from conditions(part)


def _words(validator: Any) -> str:
    kind = type(validator)
    if kind in MARKS:
        return told(MARKS[kind](validator))
    if kind not in _NESTED:
        return told(validator)
    name, parts = _NESTED[kind]
    return f"{name}({', '.join(_words(part) for part in parts(validator) if part is not None)})"
