"""The shapes of values that a schema accepts: each of one JSON type, or one value."""

import json
from collections.abc import Iterable, Iterator
from functools import reduce
from itertools import product
from typing import Any, Final

from service.evolution.contract import Schema, target

# A shape is a flat set of keywords: always "type"; "const" where it is one value; "pattern", "multipleOf" and
# "x-conditions" are sets of all that hold. What is inside of arrays and objects stands in it as it is in the schema.
Shape = dict[str, Any]

TYPES: Final = ("null", "boolean", "number", "string", "array", "object")
WORDS: Final = {
    "null": "null",
    "boolean": "a boolean",
    "integer": "an integer",
    "number": "a number",
    "string": "a string",
    "array": "an array",
    "object": "an object",
}
_JSON_TYPES: Final[dict[type, str]] = {
    type(None): "null",
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}
SETS: Final = frozenset({"pattern", "multipleOf", "x-conditions"})
_ELSEWHERE: Final = frozenset({"$defs", "$ref", "allOf", "anyOf", "const", "default", "enum", "oneOf", "type"})


def _all(one: list[str], other: list[str]) -> list[str]:
    return sorted({*one, *other})


_TIGHTER: Final[dict[str, Any]] = {
    "minimum": max,
    "exclusiveMinimum": max,
    "maximum": min,
    "exclusiveMaximum": min,
    "minLength": max,
    "maxLength": min,
    "minItems": max,
    "maxItems": min,
    "minProperties": max,
    "maxProperties": min,
    "required": _all,
} | dict.fromkeys(SETS, frozenset.union)


def shapes(schema: Schema, document: Schema) -> list[Shape]:
    """Return shapes that together accept all that a schema accepts, and as little else as can be said flatly."""
    conjuncts = [_own(schema)]
    if "$ref" in schema:
        conjuncts.append(shapes(target(document, schema["$ref"]), document))
    conjuncts += [shapes(part, document) for part in schema.get("allOf", ())]
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            conjuncts.append([shape for part in schema[keyword] for shape in shapes(part, document)])
    return reduce(_meet, conjuncts)


def exact(value: Any) -> Shape:
    """Return the shape of one value."""
    shape: Shape = {"type": _JSON_TYPES[type(value)], "const": value}
    if type(value) in (int, float):
        return shape | {"minimum": value, "maximum": value}
    return shape | ({"minLength": len(value), "maxLength": len(value)} if isinstance(value, str) else {})


def same(one: Any, other: Any) -> bool:
    """Tell whether two values are the same in JSON, where 1 is 1.0 and not true."""
    return (type(one) is bool) == (type(other) is bool) and bool(one == other)


def types_of(schema: Schema) -> tuple[str, ...]:
    """Return the JSON types that a schema's own keywords allow."""
    named = schema.get("type", TYPES)
    return (named,) if isinstance(named, str) else tuple(named)


def values(schema: Schema) -> Iterable[Any] | None:
    """Return the values that a schema's own keywords list, None where they list none."""
    return [schema["const"]] if "const" in schema else schema.get("enum")


def akin(one: Shape, other: Shape) -> bool:
    """Tell whether two shapes are of one JSON type and, if they are tagged objects, of one tag."""
    if one["type"] != other["type"] and {one["type"], other["type"]} != {"integer", "number"}:
        return False
    return foreign_tag(one, other) is None


def foreign_tag(one: Shape, other: Shape) -> str | None:
    """Return the name of a member that has one of some values in both, and no value that both have."""
    tags = _tags(other)
    for name, found in _tags(one).items():
        if name in tags and not any(same(*pair) for pair in product(found, tags[name])):
            return name
    return None


def described(shape: Shape) -> str:
    """Return what a shape is, in words: its value, or its JSON type and its tag."""
    if "const" in shape:
        return json.dumps(shape["const"])
    tags = " and ".join(f"{name} {' or '.join(map(json.dumps, found))}" for name, found in _tags(shape).items())
    return WORDS[shape["type"]] + (f" with {tags}" if tags else "")


def _tags(shape: Shape) -> dict[str, list[Any]]:
    listed = {name: values(schema) for name, schema in shape.get("properties", {}).items()}
    return {name: list(found) for name, found in listed.items() if found is not None}


def _own(schema: Schema) -> list[Shape]:
    keywords = {key: _held(key, value) for key, value in schema.items() if key not in _ELSEWHERE}
    named = schema.get("type", TYPES)
    bare: Iterable[Shape] = (
        shape for type_ in ([named] if isinstance(named, str) else named) for shape in _bare(type_)
    )
    listed = values(schema)
    if listed is not None:
        bare = _meet(list(bare), [exact(value) for value in listed])
    return [keywords | shape for shape in bare]


def _held(keyword: str, value: Any) -> Any:
    if keyword not in SETS:
        return value
    return frozenset(value if isinstance(value, list) else [value])


def _bare(type_: str) -> Iterator[Shape]:
    if type_ == "null":
        yield exact(None)
    elif type_ == "boolean":
        yield from map(exact, (False, True))
    else:
        yield {"type": type_}


def _meet(some: list[Shape], others: list[Shape]) -> list[Shape]:
    # In the order of the latter, which is that of the values or of the members of a union.
    return [met for other in others for one in some if (met := _both(one, other)) is not None]


def _both(one: Shape, other: Shape) -> Shape | None:
    types = {one["type"], other["type"]}
    if len(types) > 1 and types != {"integer", "number"}:
        return None
    if "const" in one and "const" in other and not same(one["const"], other["const"]):
        return None
    # Where two keywords cannot be joined, one of them stands: then the shape is wider than the schema, never narrower.
    joined = {key: _TIGHTER[key](one[key], other[key]) for key in one.keys() & other.keys() & _TIGHTER.keys()}
    return other | one | joined | {"type": min(types)}
