"""Whether one schema accepts all that another accepts, where no class of ours would say it so."""

import pytest

from service.evolution.comparison import MAX_REFUSALS, refusals

INTEGER = {"type": "integer"}
TEXT = {"type": "string"}
NONE = {"type": "null"}


def tagged(value, **more):
    return {"properties": {"kind": {"const": value}, **more}, "required": ["kind"], "type": "object"}


@pytest.mark.parametrize(
    ("writer", "reader", "told"),
    [
        (INTEGER, {}, []),
        ({}, {"type": ["null", "boolean", "number", "string", "array", "object"]}, []),
        ({}, INTEGER, ["expected an integer, and it may be null"]),
        ({"const": 1}, {"enum": [1.0, "a"]}, []),
        ({"const": True}, {"enum": [1]}, ["true is none of 1"]),
        ({"const": 4}, {"allOf": [{"minimum": 1}, {"maximum": 3}], **INTEGER}, ["must be <= 3"]),
        ({"allOf": [{"minimum": 1}, {"minimum": 3}], **INTEGER}, {"minimum": 2, **INTEGER}, []),
        ({"enum": ["a", "bb"]}, {"maxLength": 1, **TEXT}, ["must have at most 1 character(s)"]),
        ({"const": "ab"}, {"pattern": "^a", **TEXT}, []),
        ({"const": "ab"}, {"pattern": "^b", **TEXT}, ["must match ^b"]),
        ({"pattern": "^a", **TEXT}, {"pattern": "^a|b", **TEXT}, ["may: must match ^a|b"]),
        (
            {"multipleOf": 0.2, "type": "number"},
            {"multipleOf": 0.1, "type": "number"},
            ["may: must be a multiple of 0.1"],
        ),
        (INTEGER, {"minimum": -(2**63), **INTEGER}, []),
        (INTEGER, {"x-conditions": ["is even"], **INTEGER}, ["may: there is a condition that was not there: is even"]),
        ({"x-conditions": ["is even", "is odd"], **INTEGER}, {"x-conditions": ["is even"], **INTEGER}, []),
        (INTEGER, {"not": {"const": 1}, **INTEGER}, ["may: nobody here knows what 'not' refuses"]),
        ({"oneOf": [INTEGER, TEXT]}, {"anyOf": [TEXT, NONE, INTEGER]}, []),
        (
            {"anyOf": [INTEGER, NONE]},
            {"anyOf": [INTEGER, TEXT]},
            ["expected an integer or a string, and it may be null"],
        ),
        ({"oneOf": [tagged("a"), tagged("b")]}, {"oneOf": [tagged("b"), tagged("a")]}, []),
        (
            {"oneOf": [tagged("a"), tagged("b")]},
            {"oneOf": [tagged("a")]},
            ['an object with kind "b" is in the union no more'],
        ),
        (
            {"oneOf": [tagged("a"), tagged("b", x=INTEGER)]},
            {"oneOf": [tagged("a"), tagged("b", x=TEXT)]},
            [".x expected a string, and it may be an integer"],
        ),
        ({"maxItems": 1, "type": "array"}, {"type": "array", "uniqueItems": True}, []),
        ({"type": "object"}, {"maxProperties": 2, "type": "object"}, ["must have at most 2 member(s)"]),
        ({"type": "object"}, {"minProperties": 1, "type": "object"}, ["must have at least 1 member(s)"]),
    ],
    ids=str,
)
def test_what_may_be_refused_is_told(writer, reader, told):
    """Each way in which one schema accepts more than another is told once, in words, and whether it is certain."""
    found = refusals(writer, reader)

    words = [f"{one.path} {'' if one.certain else 'may: '}{one.reason}".strip() for one in found]
    assert words[: len(told)] == told
    assert bool(words) == bool(told)


def link(next_, **more):
    return {"properties": {"next": next_, **more}, "type": "object"}


def test_what_was_assumed_and_turned_out_wrong_is_asked_again():
    """What passed only since a part around it was taken as compatible does not pass where that part fails."""
    loop, other = {"$ref": "#/$defs/Loop"}, {"$ref": "#/$defs/Other"}
    writer = {"$defs": {"Loop": link(other, x=INTEGER), "Other": link(loop)}, "properties": {"a": loop, "b": other}}
    reader = {
        "$defs": {"Loop": link(other, x=TEXT), "Other": link(loop)},
        "properties": {"a": loop, "b": other},
    }

    assert [one.path for one in refusals({**writer, "type": "object"}, {**reader, "type": "object"})] == [
        ".a.x",
        ".b.next.x",
    ]


def test_a_class_that_stands_in_many_places_is_compared_once():
    """Classes that hold the next one twice do not double the work with each of them, nor the report."""
    parts = {f"P{n}": {"$ref": f"#/$defs/P{n + 1}"} for n in range(60)}
    defs = {
        name: {"properties": {"a": next_, "b": next_}, "required": ["a", "b"], "type": "object"}
        for name, next_ in parts.items()
    }
    writer = {"$ref": "#/$defs/P0", "$defs": defs | {"P60": INTEGER}}
    reader = {"$ref": "#/$defs/P0", "$defs": {name: dict(part) for name, part in defs.items()} | {"P60": TEXT}}

    assert refusals(writer, writer) == []
    assert len(refusals(writer, reader)) == MAX_REFUSALS


@pytest.mark.timeout(20)
def test_ten_thousand_members_that_are_called_otherwise_take_seconds():
    """Where every field of a very large payload was renamed, the first refusals are told, and soon."""
    writer, reader = (
        {"additionalProperties": False, "properties": {f"{name}{n}": INTEGER for n in range(10_000)}, "type": "object"}
        for name in "ab"
    )

    assert len(refusals(writer, reader)) == MAX_REFUSALS
