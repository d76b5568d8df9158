"""Whether every value that one schema accepts is accepted by another: by their structure, without trying values."""

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Final

from service.evolution import arrays, objects, scalars
from service.evolution.contract import Schema, target
from service.evolution.refusal import Refusal
from service.evolution.shapes import WORDS, Shape, akin, described, same, shapes, types_of, values

MAX_REFUSALS: Final = 100
"""One part of a payload reports no more refusals than this: a class that changed may stand in a thousand places."""

Rule = Callable[[Shape, Schema, Callable[[Schema, Schema], list[Refusal]]], Iterator[Refusal]]
_RULES: Final[dict[str, Rule]] = {
    "integer": scalars.number,
    "number": scalars.number,
    "string": scalars.string,
    "array": arrays.array,
    "object": objects.members,
}
_APPLIED: Final = frozenset({"$defs", "$ref", "allOf", "anyOf", "const", "default", "enum", "oneOf", "type"})
_UNDERSTOOD: Final = _APPLIED | scalars.KEYWORDS | arrays.KEYWORDS | objects.KEYWORDS | {"x-conditions"}


def refusals(writer: Schema, reader: Schema, *, complete: bool = False) -> list[Refusal]:
    """Return why the reader may refuse what the writer accepts, nothing where it never does.

    It errs on one side: where it cannot tell, it reports a refusal that is not certain. ``complete`` tells that every
    member is written, those that may be left out included, as this project writes payloads.
    """
    return _Comparison(writer, reader, complete=complete).of(writer, reader)


class _Comparison:
    def __init__(self, writer: Schema, reader: Schema, *, complete: bool) -> None:
        self._writer = writer
        self._reader = reader
        self._complete = complete
        self._known: dict[tuple[int, int], list[Refusal]] = {}

    def of(self, writer: Schema, reader: Schema) -> list[Refusal]:
        """Compare two parts of the documents. Of two parts that are being compared already nothing is refused here."""
        writer, reader = _referred(writer, self._writer), _referred(reader, self._reader)
        pair = id(writer), id(reader)
        if pair not in self._known:
            self._known[pair] = []
            before = len(self._known)
            found = list(islice(self._found(writer, reader), MAX_REFUSALS))
            if found:
                self._forget_since(before)
            self._known[pair] = found
        return self._known[pair]

    def _found(self, writer: Schema, reader: Schema) -> Iterator[Refusal]:
        told: set[Refusal] = set()
        for shape in shapes(writer, self._writer):
            for refusal in self._covered(self._written(shape), reader):
                if refusal not in told:
                    told.add(refusal)
                    yield refusal

    def _forget_since(self, before: int) -> None:
        # What was accepted meanwhile may have been accepted because these two were, and they were not.
        for later in list(islice(self._known, before, None)):
            if not self._known[later]:
                del self._known[later]

    def _written(self, shape: Shape) -> Shape:
        properties = shape.get("properties")
        return shape | {"required": list(properties)} if self._complete and properties else shape

    def _covered(self, shape: Shape, reader: Schema) -> list[Refusal]:
        found = list(islice(self._by_own(shape, reader), MAX_REFUSALS))
        if "$ref" in reader:
            found += self._covered(shape, target(self._reader, reader["$ref"]))
        for part in reader.get("allOf", ()):
            found += self._covered(shape, part)
        for keyword in ("anyOf", "oneOf"):
            if keyword in reader:
                found += self._by_one_of(shape, reader[keyword])
        return found

    def _by_one_of(self, shape: Shape, members: list[Schema]) -> list[Refusal]:
        tried = [(self._covered(shape, member), self._is_akin(shape, member)) for member in members]
        if not all(found for found, _ in tried):
            return []
        # What a member of another type or tag refuses says nothing.
        near = [found for found, akin in tried if akin]
        return min(near, key=len) if near else [self._outside(shape, members)]

    def _is_akin(self, shape: Shape, member: Schema) -> bool:
        return any(akin(shape, other) for other in shapes(member, self._reader))

    def _outside(self, shape: Shape, members: list[Schema]) -> Refusal:
        types = dict.fromkeys(other["type"] for member in members for other in shapes(member, self._reader))
        if shape["type"] in types:
            return Refusal("", f"{described(shape)} is in the union no more")
        return Refusal("", f"expected {_either(types)}, and it may be {described(shape)}")

    def _by_own(self, shape: Shape, reader: Schema) -> Iterator[Refusal]:
        wanted = types_of(reader)
        if shape["type"] not in wanted and not (shape["type"] == "integer" and "number" in wanted):
            yield Refusal("", f"expected {_either(wanted)}, and it may be {described(shape)}")
            return
        listed = values(reader)
        if listed is not None and not any("const" in shape and same(value, shape["const"]) for value in listed):
            yield Refusal("", f"{described(shape)} is none of {', '.join(map(json.dumps, listed))}")
            return
        if rule := _RULES.get(shape["type"]):
            yield from rule(shape, reader, self.of)
        yield from _conditions(shape, reader)


def _either(types: Iterable[str]) -> str:
    return " or ".join(WORDS[type_] for type_ in types)


def _referred(schema: Schema, document: Schema) -> Schema:
    # A reference stands for its target, unless more is said beside it: so recursion comes back to the same pair.
    while "$ref" in schema and schema.keys() <= {"$ref", "default"}:
        schema = target(document, schema["$ref"])
    return schema


def _conditions(shape: Shape, reader: Schema) -> Iterator[Refusal]:
    for condition in reader.get("x-conditions", ()):
        if condition not in shape.get("x-conditions", ()):
            yield Refusal("", f"there is a condition that was not there: {condition}", certain=False)
    for keyword in reader.keys() - _UNDERSTOOD:
        if shape.get(keyword) != reader[keyword]:
            yield Refusal("", f"nobody here knows what {keyword!r} refuses", certain=False)
