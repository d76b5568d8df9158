"""Reads objects that fit without looking for faults; class_reader finds those of the others."""

from collections.abc import Callable
from typing import Any, Final

import attrs

from jobdefs.wire import scalars
from jobdefs.wire.field import Field

# What is written out where it would be called: whether the scalar's function has anything left to do.
_UNSETTLED: Final[dict[Any, str]] = {
    scalars.text: "item.__class__ is not str or not item.isascii()",
    scalars.read_integer: (
        f"item.__class__ is not int or not {scalars.SMALLEST_INTEGER} <= item <= {scalars.LARGEST_INTEGER}"
    ),
    scalars.number: "item.__class__ is not float or item - item != 0.0",
    scalars.boolean: "item is not True and item is not False",
}


def quick_reader(cls: type[Any], fields: tuple[Field, ...]) -> Callable[[Any], Any]:
    """Return a function that makes an object of the class from JSON that fits, and raises anything for other JSON."""
    names: dict[str, Any] = {"make": cls}
    lines = ["def read(value):", " if value.__class__ is not dict: raise TypeError"]
    lines += [f" known = {sum(field.required for field in fields)}"]
    for number, field in enumerate(fields):
        names |= {f"hook{number}": field.form.quick, f"default{number}": _missing(field.attribute.default)}
        lines += _lines(number, field)
    lines += [" if len(value) != known: raise ValueError"]
    lines += [f" return make({', '.join(_argument(number, field) for number, field in enumerate(fields))})"]
    exec("\n".join(lines), names)  # noqa: S102 - as attrs and cattrs do it; what is not ours is quoted, or a parameter's name
    read: Callable[[Any], Any] = names["read"]
    return read


def _missing(default: Any) -> Any:
    # What attrs has in the signature for a Factory.
    return attrs.NOTHING if isinstance(default, attrs.Factory) else default  # type: ignore[arg-type]


def _lines(number: int, field: Field) -> list[str]:
    unsettled = _UNSETTLED.get(field.form.quick)
    called = f"item{number} = hook{number}(item)"
    read = f"item{number} = item if not ({unsettled}) else hook{number}(item)" if unsettled else called
    if field.required:
        return [f" item = value[{field.key!r}]", f" {read}"]
    return [
        f" if {field.key!r} in value:",
        f"  item = value[{field.key!r}]",
        f"  {read}",
        "  known += 1",
        f" else: item{number} = default{number}",
    ]


def _argument(number: int, field: Field) -> str:
    return f"{field.key}=item{number}" if field.attribute.kw_only else f"item{number}"
