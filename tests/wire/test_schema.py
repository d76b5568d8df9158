"""JSON Schema agrees with structuring, because both come from one table."""

import json
from enum import Enum
from typing import Annotated, Any, Literal

import annotated_types as at
import attrs
import pytest
from attrs import validators
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from jobdefs import TestJob, define
from jobdefs.errors import InvalidPayload
from jobdefs.wire import codec
from jobdefs.wire.schema import json_schema
from tests.support.definitions import defined

Color = Enum("Color", {"RED": "red", "TEN": 10})


@attrs.frozen
class Leaf:
    """A small part."""

    sku: str = attrs.field(validator=validators.matches_re("[a-c]+"))
    qty: Annotated[int, at.Interval(ge=1, lt=5)] = 1
    leaves: "list[Leaf]" = attrs.Factory(list)


@define("TREE")
@attrs.frozen
class Tree:
    """Grows.

    In two paragraphs.
    """

    leaf: Leaf | None
    color: Color = Color.RED
    others: tuple["Tree", ...] = ()


@define("MIXED")
@attrs.frozen
class Mixed:
    a: int | str | None = None
    b: Annotated[float, at.MultipleOf(0.5)] = 0.5
    c: tuple[bool, Literal["x", 1] | None] = (True, 1)
    d: dict[str, Annotated[list[int], at.Len(1, 2)]] = attrs.Factory(dict)
    e: Any = None
    f: Annotated[str, at.Len(1, 2)] = "f"
    g: set[int] = attrs.Factory(set)


def test_the_schema_of_test_job_is_complete():
    """Properties, bounds, defaults, required fields and the description are all there."""
    assert json_schema(defined(TestJob)) == {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "TestJob",
        "description": "Carries a message and a number to the consumer, which logs them and returns them.",
        "type": "object",
        "properties": {
            "message": {"type": "string", "minLength": 1, "maxLength": 10_000},
            "number": {"type": "integer", "format": "int64", "default": 0},
        },
        "required": ["message"],
        "additionalProperties": False,
    }


def test_nested_classes_and_enums_have_names():
    """Nested classes and enums stand in $defs once, and a class may refer to itself."""
    schema = json_schema(defined(Tree))
    assert schema["description"] == "Grows.\n\nIn two paragraphs."
    assert schema["properties"]["others"] == {"type": "array", "items": {"$ref": "#"}, "default": []}
    assert schema["properties"]["color"] == {"$ref": "#/$defs/Color", "default": "red"}
    assert schema["$defs"]["Color"] == {"enum": ["red", 10]}
    assert schema["$defs"]["Leaf"]["properties"]["leaves"]["items"] == {"$ref": "#/$defs/Leaf"}
    assert schema["$defs"]["Leaf"]["description"] == "A small part."


def test_two_classes_of_one_name_do_not_mix(one_field):
    """Classes that share their name are told apart in $defs."""
    first = attrs.make_class("Part", {"a": attrs.field(type=int)})
    second = attrs.make_class("Part", {"b": attrs.field(type=int)})
    schema = json_schema(one_field(tuple.__class_getitem__((first, second))))
    assert [list(schema["$defs"][name]["properties"]) for name in ("Part", "Part2")] == [["a"], ["b"]]


def test_a_name_that_looks_counted_is_left_to_its_class(one_field):
    """A class whose own name is another's with a number keeps its part of the schema."""
    parts = [
        attrs.make_class(name, {key: attrs.field(type=int)}) for name, key in (("L", "a"), ("L2", "b"), ("L", "c"))
    ]
    schema = json_schema(one_field(tuple.__class_getitem__(tuple(parts))))
    assert {name: list(part["properties"]) for name, part in schema["$defs"].items()} == {
        "L": ["a"],
        "L2": ["b"],
        "L3": ["c"],
    }


scalars = (
    st.none() | st.booleans() | st.integers(-2, 12) | st.sampled_from([0.5, 1.0, 2.25, "", "a", "abc", "red", "x"])
)
anything = st.recursive(
    scalars, lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text("ab", max_size=1), part)
)
leaves = st.recursive(
    st.fixed_dictionaries({}, optional={"sku": scalars, "qty": scalars}),
    lambda part: st.fixed_dictionaries({"sku": st.just("a")}, optional={"leaves": st.lists(part, max_size=2)}),
    max_leaves=3,
)
trees = st.fixed_dictionaries(
    {"leaf": leaves | anything}, optional={"color": scalars, "others": anything, "extra": scalars}
)
mixes = st.fixed_dictionaries(
    {},
    optional={
        "a": anything,
        "b": scalars,
        "c": st.tuples(scalars, scalars).map(list) | anything,
        "d": st.dictionaries(st.text("ab", max_size=1), st.lists(scalars, max_size=3)) | anything,
        "e": anything,
        "f": scalars,
        "g": st.lists(st.integers(0, 3), max_size=3) | anything,
    },
)
jobs = st.fixed_dictionaries({}, optional={"message": anything, "number": anything, "more": scalars})


@pytest.mark.parametrize(("cls", "values"), [(TestJob, jobs), (Tree, trees), (Mixed, mixes)])
def test_structuring_and_the_schema_accept_the_same(cls, values):
    """For any JSON, the schema accepts it exactly when structuring does."""
    definition = defined(cls)
    validator = Draft202012Validator(json_schema(definition))
    validator.check_schema(validator.schema)

    @given(values)
    def agree(value):
        try:
            payload = codec.structure(definition, value)
        except InvalidPayload as refusal:
            assert not validator.is_valid(value), str(refusal)  # noqa: PT017 - both outcomes are compared
        else:
            assert validator.is_valid(value)
            assert validator.is_valid(json.loads(codec.encode(definition, payload)))
            assert codec.decode(definition, codec.encode(definition, payload)) == payload

    agree()
