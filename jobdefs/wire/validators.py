"""Says attrs validators as the marks of ``Annotated``, so that one vocabulary reaches structuring and schema."""

import functools
from collections.abc import Callable
from typing import Any, Final, Union, get_args, get_origin

import annotated_types as at
import attrs

from jobdefs.wire import kinds
from jobdefs.wire.bounds import OneOf, Pattern
from jobdefs.wire.narrowing import bare, decidable, marked, narrowed, takes_none, without_none
from jobdefs.wire.telling import told

_COMPARISONS: Final = {">=": at.Ge, ">": at.Gt, "<=": at.Le, "<": at.Lt}
_ARRAYS: Final[dict[Any, tuple[Any, ...]]] = {list: (Any,), set: (Any,), frozenset: (Any,), tuple: (Any, ...)}
"""The types whose items have a type, and the arguments of those that are written without."""

_MARKS: Final[dict[Any, Callable[[Any], Any]]] = {
    kinds.COMPARISON: lambda known: _COMPARISONS[known.compare_op](known.bound),
    kinds.MIN_LEN: lambda known: at.MinLen(known.min_length),
    kinds.MAX_LEN: lambda known: at.MaxLen(known.max_length),
    kinds.MATCHES_RE: lambda known: Pattern(known.pattern, known.match_func.__name__),
    kinds.IN: lambda known: OneOf(known.options),
}


def refined(attribute: "attrs.Attribute[Any]") -> tuple[Any, list[str]]:
    """Return the type of a field with its validators said as marks, and the others in words.

    These still run, when attrs makes the object.
    """
    refinement = _Refinement(attribute)
    type_ = refinement.of(attribute.validator, Any if attribute.type is None else attribute.type)
    return type_, list(dict.fromkeys(refinement.left))


@attrs.frozen(eq=False)
class _Refinement:
    """One walk through the validators of a field; ``left`` are those that no mark says."""

    attribute: "attrs.Attribute[Any]"
    left: list[str] = attrs.field(factory=list)

    def of(self, validator: Any, type_: Any) -> Any:
        kind = type(validator)
        if self._refuses_none(validator):
            type_ = without_none(type_)
        if kind in _MARKS:
            return marked(type_, _MARKS[kind](validator))
        if kind is kinds.INSTANCE_OF and decidable(validator.type):
            return narrowed(type_, validator.type)
        if kind is kinds.AND:
            return functools.reduce(lambda found, part: self.of(part, found), kinds.parts_of(validator), type_)
        if kind is kinds.OPTIONAL:
            inner = self.of(validator.validator, without_none(type_))
            return Union[inner, None] if takes_none(type_) else inner  # noqa: UP007 - built at run time
        if kind is kinds.DEEP_ITERABLE:
            type_ = self._of_items(validator.member_validator, type_)
            return type_ if (whole := validator.iterable_validator) is None else self.of(whole, type_)
        self.left.append(told(validator))
        return type_

    def _of_items(self, validator: Any, type_: Any) -> Any:
        base, marks = bare(type_)
        kind = get_origin(base) or base
        items = _Refinement(self.attribute)
        if kind in _ARRAYS:
            args = _ARRAYS[kind] if base is kind else get_args(base)
            base = kind[tuple(arg if arg is Ellipsis else items.of(validator, arg) for arg in args)]
        else:
            items.left.append(told(validator))
        self.left.extend(f"deep_iterable({words})" for words in items.left)
        return marked(base, *marks)

    def _refuses_none(self, validator: Any) -> bool:
        if type(validator) is kinds.AND:
            return any(map(self._refuses_none, kinds.parts_of(validator)))
        if not kinds.is_own(type(validator).__module__):
            return False
        try:
            validator(None, self.attribute, None)
        except Exception:  # noqa: BLE001 - whatever it raises, it refuses
            return True
        return False
