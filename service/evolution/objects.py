"""When a shape of objects fits the keywords of another schema."""

import math
from collections.abc import Callable, Iterator
from typing import Final

from jobdefs.wire.misfit import member
from service.evolution.contract import ANYTHING, Schema
from service.evolution.refusal import Kind, Refusal, below
from service.evolution.shapes import Shape, foreign_tag

KEYWORDS: Final = frozenset({"additionalProperties", "maxProperties", "minProperties", "properties", "required"})
Compare = Callable[[Schema, Schema], list[Refusal]]


def members(shape: Shape, reader: Schema, refusals: Compare) -> Iterator[Refusal]:
    """Yield why an object of this shape may be refused."""
    given, wanted = shape.get("properties", {}), reader.get("properties", {})
    if (tag := foreign_tag(shape, reader)) is not None:
        # Of another class it is of no use to know in which other fields it differs.
        yield from below(member(tag), refusals(given[tag], wanted[tag]))
        return
    for name, schema in given.items():
        if name in wanted:
            yield from below(member(name), refusals(schema, wanted[name]))
        else:
            yield from _more(shape, reader, name, schema, refusals)
    for name in reader.get("required", ()):
        if name not in shape.get("required", ()):
            yield Refusal(member(name), "is required", Kind.MISSING)
    yield from _free(shape, reader, refusals)
    yield from _counts(shape, reader)


def _more(shape: Shape, reader: Schema, name: str, schema: Schema, refusals: Compare) -> Iterator[Refusal]:
    others = reader.get("additionalProperties", ANYTHING)
    if isinstance(others, dict):
        yield from below(member(name), refusals(schema, others))
    else:
        yield Refusal(member(name), f"unknown field{_renamed(shape, reader, schema)}", Kind.UNKNOWN)


def _renamed(shape: Shape, reader: Schema, schema: Schema) -> str:
    given, wanted = shape.get("properties", {}), reader.get("properties", {})
    new = [name for name in wanted.keys() - given.keys() if wanted[name] == schema]
    gone = [name for name in given.keys() - wanted.keys() if given[name] == schema]
    return f" ({new[0]} looks like it: was it renamed?)" if len(new) == len(gone) == 1 else ""


def _free(shape: Shape, reader: Schema, refusals: Compare) -> Iterator[Refusal]:
    """Compare the members whose names the writer does not fix."""
    free = shape.get("additionalProperties", ANYTHING)
    if not isinstance(free, dict):
        return
    others = reader.get("additionalProperties", ANYTHING)
    if isinstance(others, dict):
        yield from below("[*]", refusals(free, others))
    else:
        yield Refusal("", "may have members of any name, and has only those of a class", Kind.UNKNOWN)
    for name, schema in reader.get("properties", {}).items():
        if name not in shape.get("properties", {}):
            yield from below(member(name), refusals(free, schema))


def _counts(shape: Shape, reader: Schema) -> Iterator[Refusal]:
    most = (
        math.inf if isinstance(shape.get("additionalProperties", ANYTHING), dict) else len(shape.get("properties", ()))
    )
    if max(shape.get("minProperties", 0), len(shape.get("required", ()))) < reader.get("minProperties", 0):
        yield Refusal("", f"must have at least {reader['minProperties']} member(s)")
    if min(shape.get("maxProperties", math.inf), most) > reader.get("maxProperties", math.inf):
        yield Refusal("", f"must have at most {reader['maxProperties']} member(s)")
