"""Values of a schema that together show every branch of it and the ends of its bounds, the plainest one first."""

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, cycle, islice
from typing import Any, Final

from service.evolution.contract import Schema
from service.evolution.shapes import Shape, shapes, values
from service.evolution.words import words

MOST: Final = 50
"""One value has no more variants than this, so that an Enum of hundreds makes no hundreds of payloads."""

_LONG: Final = 300
_STRINGS: Final = 5
_OFTEN: Final = 20
_AGAIN: Final = 2
_REFERENCE: Final = re.compile(r'"\$ref": "([^"]+)"')
_BY_FORMAT: Final = {
    "date": ("2026-01-31", "1970-01-01"),
    "date-time": ("2026-01-31T09:30:00Z", "1969-12-31T23:59:59.250000+05:30"),
    "decimal": ("12.50", "-0", "1E+3"),
    "signed-duration": ("PT90.5S", "-P1DT2H", "PT0S"),
    "uuid": ("f81d4fae-7dec-11d0-a765-00a0c91e6bf6",),
}
_BASE64: Final = ("AP8=", "")
_PLAIN: Final = ("text", "", "naïve ☕")
_ANYTHING: Final = ("text", 1)
_NUMBERS: Final = (1, 0, -1, 0.5)


class Variants:
    """Makes the variants of a document's parts."""

    def __init__(self, document: Schema) -> None:
        self._document = document
        self._cyclic = frozenset(_cyclic(document))

    def of(self, schema: Schema, within: tuple[int, ...] = ()) -> list[Any]:
        """Return some values of a part, nothing where it has no finite one; ``within`` are the objects around it."""
        if len(within) >= _AGAIN:
            # Classes that lead back to each other would multiply without end: their plainest value stands for all.
            return self._plainest(schema, within)
        made = (self._made(shape, within) for shape in shapes(schema, self._document))
        default = [schema["default"]] if "default" in schema else []
        return distinct(chain(schema.get("examples", ()), chain.from_iterable(made), default))[:MOST]

    def _plainest(self, schema: Schema, within: tuple[int, ...]) -> list[Any]:
        plain_first = sorted(shapes(schema, self._document), key=_nesting)
        return list(islice(chain.from_iterable(self._made(shape, within) for shape in plain_first), 1))

    def members(self, shape: Shape, within: tuple[int, ...] = ()) -> dict[str, list[Any]]:
        """Return the variants of each member of an object."""
        return {name: self.of(schema, within) for name, schema in shape.get("properties", {}).items()}

    def _made(self, shape: Shape, within: tuple[int, ...]) -> Iterable[Any]:
        if "const" in shape:
            return [shape["const"]]
        return _SCALARS[shape["type"]](shape) if shape["type"] in _SCALARS else self._nested(shape, within)

    def _nested(self, shape: Shape, within: tuple[int, ...]) -> Iterable[Any]:
        if shape["type"] == "array":
            return self._array(shape, within)
        if not shape.get("properties"):
            return self._map(shape, within)
        # A class that leads back to itself ends here, with what may be left out left out.
        place = id(shape["properties"])
        if within.count(place) >= _AGAIN:
            return []
        required = shape.get("required", ())
        if len(within) >= _AGAIN:
            shape = {"properties": {name: shape["properties"][name] for name in required}}
        around = (*within, place) if place in self._cyclic else within
        return rows(self.members(shape, around), required)

    def _array(self, shape: Shape, within: tuple[int, ...]) -> Iterator[Any]:
        prefix = [self.of(part, within) for part in shape.get("prefixItems", ())]
        if prefix:
            if all(prefix):
                yield from ([_at(variants, turn) for variants in prefix] for turn in range(max(map(len, prefix))))
            return
        if not shape.get("minItems"):
            yield []
        items = self.of(shape["items"], within) if "items" in shape else list(_ANYTHING)
        for size in _sizes(shape, len(items), "Items"):
            turns = items if shape.get("uniqueItems") else cycle(items)
            if len(found := list(islice(turns, size))) == size:
                yield found

    def _map(self, shape: Shape, within: tuple[int, ...]) -> Iterator[Any]:
        if not shape.get("minProperties"):
            yield {}
        free = shape.get("additionalProperties")
        values = self.of(free, within) if isinstance(free, dict) else [] if free is False else list(_ANYTHING)
        for size in _sizes(shape, len(values), "Properties"):
            if len(found := list(islice(cycle(values), size))) == size:
                yield {f"key{place}" if place else "a key": value for place, value in enumerate(found)}


def _cyclic(document: Schema) -> Iterator[int]:
    """Yield where the members of each class stand that leads back to itself."""
    parts = {f"#/$defs/{name}": part for name, part in document.get("$defs", {}).items()}
    parts["#"] = {keyword: part for keyword, part in document.items() if keyword != "$defs"}
    steps = {name: set(_REFERENCE.findall(json.dumps(part))) for name, part in parts.items()}
    for name, part in parts.items():
        reached: set[str] = set()
        ahead = set(steps[name])
        while ahead:
            reached |= ahead
            ahead = set().union(*(steps[one] for one in ahead)) - reached
        if name in reached and "properties" in part:
            yield id(part["properties"])


def _nesting(shape: Shape) -> int:
    """Return how many classes a value needs, roughly: none for what is no object and for what may be empty."""
    properties = shape.get("properties", {})
    needed = [properties[name] for name in shape.get("required", ()) if name in properties]
    return bool(properties) + sum("type" not in part and values(part) is None for part in needed)


def rows(members: dict[str, list[Any]], required: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Yield objects that together hold every variant of every member; the first one has what is required only."""
    needed = set(required)
    if any(not members[name] for name in needed):
        return
    yield {name: variants[0] for name, variants in members.items() if name in needed}
    for turn in range(max(map(len, members.values()), default=0)):
        yield {name: _at(variants, turn) for name, variants in members.items() if variants}


def distinct(values: Iterable[Any]) -> list[Any]:
    """Return the values without those that are the same in JSON text as an earlier one."""
    known: dict[str, Any] = {}
    for value in values:
        known.setdefault(json.dumps(value, sort_keys=True), value)
    return list(known.values())


def _at(variants: list[Any], turn: int) -> Any:
    # A list that is full stands in one row only: if each row had it, nesting would multiply them.
    return variants[turn] if turn < len(variants) else variants[0]


def _sizes(shape: Shape, variants: int, what: str) -> list[int]:
    least, most = shape.get(f"min{what}", 0), shape.get(f"max{what}", math.inf)
    wanted = (least, min(max(variants, least), most), most)
    return sorted({int(size) for size in wanted if size <= max(least, variants, _OFTEN)})


def _numbers(shape: Shape) -> Iterator[float]:
    whole = shape["type"] == "integer"
    low = max(shape.get("minimum", -math.inf), shape.get("exclusiveMinimum", -math.inf))
    high = min(shape.get("maximum", math.inf), shape.get("exclusiveMaximum", math.inf))
    step = max(shape.get("multipleOf", ()), default=1 if whole else 0)
    ends = [end for end in (low, high) if math.isfinite(end)]
    between = [(low + high) / 2] if len(ends) > 1 else []
    for value in (*_NUMBERS, *ends, *(end + sign for end in ends for sign in (1, -1)), *between):
        found = -(-value // step) * step if step else value
        if low < found < high or (found in ends and found in (shape.get("minimum"), shape.get("maximum"))):
            yield int(found) if whole else found + 0  # -0.0 is written 0.0


def _strings(shape: Shape) -> Iterator[str]:
    least, most = shape.get("minLength", 0), shape.get("maxLength", math.inf)
    edges = ("a" * int(size) for size in (least, most) if 0 < size <= _LONG)
    fitting = (value for value in chain(_spelled(shape), edges) if least <= len(value) <= most)
    patterns = shape.get("pattern", ())
    yield from islice((value for value in fitting if all(re.search(one, value) for one in patterns)), _STRINGS)


def _spelled(shape: Shape) -> Iterable[str]:
    if "contentEncoding" in shape:
        return _BASE64
    if "format" in shape:
        return _BY_FORMAT.get(shape["format"], _PLAIN)
    if "pattern" in shape:
        return chain.from_iterable(words(pattern) for pattern in sorted(shape["pattern"]))
    return _PLAIN


_SCALARS: Final[dict[str, Callable[[Shape], Iterable[Any]]]] = {
    "integer": _numbers,
    "number": _numbers,
    "string": _strings,
}
