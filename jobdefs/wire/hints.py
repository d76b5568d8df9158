"""What to write in place of a type that has no written form."""

from typing import Any, Final, get_origin

_INSTEAD: Final = {
    "Sequence": "list[X] or tuple[X, ...]",
    "Iterable": "list[X] or tuple[X, ...]",
    "Collection": "list[X] or tuple[X, ...]",
    "deque": "list[X]",
    "Set": "frozenset[X]",
    "Mapping": "dict[str, X]",
    "MutableMapping": "dict[str, X]",
    "defaultdict": "dict[str, X]",
    "OrderedDict": "dict[str, X]",
    "Counter": "dict[str, int]",
    "Path": "str",
    "PurePath": "str",
    "time": "str, or datetime",
    "complex": "two floats",
    "Fraction": "Decimal",
    "bytearray": "bytes",
}
_CLASSES: Final = {
    "__dataclass_fields__": "a dataclass",
    "__total__": "a TypedDict",
    "_fields": "a named tuple",
    "model_fields": "a pydantic model",
}


def instead_of(type_: Any) -> str:
    """Return the end of a message that says so, nothing where nothing is known."""
    origin = get_origin(type_) or type_
    for mark, kind in _CLASSES.items():
        if hasattr(origin, mark):
            return f", since it is {kind}; make it an attrs class"
    instead = _INSTEAD.get(getattr(origin, "__name__", ""))
    return f"; use {instead}" if instead else ""
