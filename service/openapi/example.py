"""Makes up a value that fits a schema, as far as a short guess can."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from service.openapi.schema import Fragment

_BY_FORMAT: Final[Mapping[str, str]] = {
    "date-time": "2030-01-31T09:30:00Z",
    "date": "2030-01-31",
    "signed-duration": "PT1H30M",
    "uuid": "0c3a9bc7-a4f0-4bd2-a0d1-b1c6f0a6f0b1",
    "decimal": "19.90",
}
_GUESSES: Final = (
    "text",
    "ada@example.org",
    "https://example.org/",
    "A1",
    "a",
    "1",
    "DE",
    "2030-01-31",
    "09:30",
    "a-1",
)
_DEEPEST: Final = 8
_LONGEST: Final = 1000


class Unimaginable(Exception):
    """No guess fits the schema."""


def example(schema: Fragment) -> Any:
    """Return a value for a JSON Schema as the table of types makes them; raises Unimaginable."""
    return _value(schema, schema, 0)


def _value(schema: Fragment, root: Fragment, depth: int) -> Any:
    if depth > _DEEPEST:
        raise Unimaginable
    for keyword in ("examples", "enum"):
        if keyword in schema:
            return schema[keyword][0]
    for keyword in ("const", "default"):
        if keyword in schema:
            return schema[keyword]
    if "$ref" in schema:
        return _value(_referred(schema["$ref"], root), root, depth + 1)
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            return _value(schema[keyword][0], root, depth)
    kind = schema.get("type", "string")
    return _MAKERS[kind](schema, root, depth)


def _referred(reference: str, root: Fragment) -> Fragment:
    found: Fragment = root["$defs"][reference.rpartition("/")[2]] if reference != "#" else root
    return found


def _text(schema: Fragment, _root: Fragment, _depth: int) -> str:
    if "format" in schema:
        return _BY_FORMAT.get(schema["format"], "text")
    if "contentEncoding" in schema:
        return "AA=="
    least, most = _least(schema, "minLength"), schema.get("maxLength")
    for guess in _GUESSES:
        fitting = guess.ljust(least, "x")[:most]
        if re.search(schema.get("pattern", ""), fitting):
            return fitting
    raise Unimaginable


def _least(schema: Fragment, keyword: str) -> int:
    least: int = schema.get(keyword, 0)
    if least > _LONGEST:
        # An example is there to be read, and has to fit into memory.
        raise Unimaginable
    return least


def _number(schema: Fragment, _root: Fragment, _depth: int) -> int:
    step = schema.get("multipleOf", 1)
    least = max(schema.get("minimum", 0), schema.get("exclusiveMinimum", -1) + 1)
    number = -(-least // step) * step
    # Whatever does not fit is noticed by who asked.
    return int(min(number, schema.get("maximum", number), schema.get("exclusiveMaximum", number + 1) - 1))


def _array(schema: Fragment, root: Fragment, depth: int) -> list[Any]:
    if "prefixItems" in schema:
        return [_value(part, root, depth + 1) for part in schema["prefixItems"]]
    least = _least(schema, "minItems")
    try:
        return [_value(schema["items"], root, depth + 1) for _ in range(max(least, 1))]
    except Unimaginable:
        if least:
            raise
        return []


def _object(schema: Fragment, root: Fragment, depth: int) -> dict[str, Any]:
    required, made = schema.get("required", ()), {}
    for name, part in schema.get("properties", {}).items():
        try:
            made[name] = _value(part, root, depth + 1)
        except Unimaginable:
            if name in required:
                raise
    return made


_MAKERS: Final[Mapping[str, Callable[[Fragment, Fragment, int], Any]]] = {
    "string": _text,
    "integer": _number,
    "number": _number,
    "boolean": lambda *_: True,
    "null": lambda *_: None,
    "array": _array,
    "object": _object,
}
