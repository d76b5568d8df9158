"""Samples: what they show, and that they are the same everywhere."""

import json
import re
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal

import annotated_types as at
import attrs
import pytest
from attrs import validators

from jobdefs.wire import codec
from service.evolution.samples import samples
from service.evolution.words import words
from tests.support.edits import EDITS, Tree, checked, defined, is_even, optional

Color = Enum("Color", {"RED": "red", "TEN": 10})


@attrs.frozen
class Endless:
    x: "Endless"


@attrs.frozen
class Operands:
    left: "Expr"
    right: "Expr"


@attrs.frozen
class Sum(Operands):
    op: Literal["sum"]


@attrs.frozen
class Product(Operands):
    op: Literal["product"]


@attrs.frozen
class Power(Operands):
    op: Literal["power"]


@attrs.frozen
class Quotient(Operands):
    op: Literal["quotient"]


@attrs.frozen
class Number:
    value: float
    op: Literal["number"]


Expr = Sum | Product | Power | Quotient | Number


def shown(field: Any) -> list[Any]:
    """Return the different values that the samples of a class with this one field have in it."""
    return [sample["x"] for sample in samples(defined({"x": field})).values if "x" in sample]


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.what)
def test_samples_fit_the_class(edit):
    """Every sample is a payload that a consumer decodes, and there are some."""
    made = samples(edit.after)
    for sample in made.values:
        codec.decode(edit.after, json.dumps(sample).encode())
    assert (made.values != (), made.missing) == (True, "")


@pytest.mark.parametrize(
    ("field", "values"),
    [
        (bool | None, [False, True, None]),
        (Color, ["red", 10]),
        (Literal["a", 1], ["a", 1]),
        (list[Color], [[], ["red", 10]]),
        (tuple[bool, Color], [[False, "red"], [True, 10]]),
        (Annotated[int, at.Interval(ge=3, lt=8)], [3, 7]),
        (Annotated[int, at.MultipleOf(5), at.Gt(5)], [10]),
        (Annotated[str, at.Len(2, 3)], ["aa", "aaa"]),
        (Annotated[list[int], at.Len(2, 2)], [[1, 0]]),
        (dict[str, bool], [{}, {"a key": False, "key1": True}]),
        (checked(str, validators.matches_re(r"[A-Z]{3}-\d+(x|y)?")), ["AAA-11x", "AAA-1"]),
        (datetime, ["2026-01-31T09:30:00Z"]),
        (Annotated[Decimal, at.Ge(100)], ["1E+3"]),
        (Annotated[int, at.Predicate(is_even)], [0]),
        (attrs.field(type=int, default=7), [1, 7]),
    ],
    ids=str,
)
def test_samples_show_every_branch_and_every_end(field, values):
    """Members of unions and enums, ends of bounds, patterns, defaults: each is in some sample."""
    assert [value for value in values if value not in shown(field)] == []


def test_the_first_sample_has_what_is_required_only():
    """One sample leaves out all that may be left out, the others have it all."""
    first, second, *_ = samples(defined({"x": int, "y": optional(str, "")})).values
    assert (first.keys(), second.keys()) == ({"x"}, {"x", "y"})


def test_samples_of_a_class_that_holds_itself_come_to_an_end():
    """Recursion ends after a turn or two."""
    assert {"value": 1} in [sample["x"] for sample in samples(defined({"x": Tree})).values]
    assert len(json.dumps(samples(defined({"x": Tree})).values)) < 2_000


def test_samples_of_classes_that_hold_each_other_do_not_multiply():
    """Four operators that each hold two of all expressions are all shown, in a few kilobytes."""
    made = json.dumps(samples(defined({"x": Expr})).values)

    assert [op for op in ("sum", "product", "power", "quotient", "number") if f'"{op}"' not in made] == []
    assert len(made) < 10_000


def test_samples_are_the_same_everywhere():
    """The same class has the same samples, to the byte, whatever the machine."""
    made = samples(defined({"x": Color, "y": optional(dict[str, int], {})}))
    assert json.dumps(made.values) == (
        '[{"x": "red"}, {"x": "red", "y": {}}, {"x": 10, "y": {"a key": 1, "key1": 0, "key2": -1}}]'
    )


def test_where_a_validator_refuses_all_the_reason_is_told():
    """A condition that no generated value keeps leaves no samples, and the first fault says why."""
    made = samples(defined({"x": Annotated[str, at.Predicate(str.isupper)], "y": int}))
    assert (made.values, made.missing) == ((), "$.x: must satisfy str.isupper")


def test_the_examples_of_a_definition_are_samples():
    """Examples come first, and help where no generated value passes a validator."""
    field = {"x": Annotated[str, at.Predicate(str.isupper)]}
    made = samples(defined(field, examples=[{"x": "SHOUTED"}]))
    assert (made.values, made.missing) == (({"x": "SHOUTED"},), "")


def test_an_example_of_a_field_is_its_plainest_value():
    """What a field's metadata gives as an example stands in the first sample."""
    field = attrs.field(type=str, metadata={"examples": ["ann@example.org"]})
    assert samples(defined({"x": field})).values[0] == {"x": "ann@example.org"}


@pytest.mark.parametrize(
    "pattern", [r".+@.+", "[^a-z]\\W\\S*?", "(?>ab|cd)+", "^https?://[\\w.-]+(:\\d+)?/?$", r"a{2,}+b", "(a)b"]
)
def test_a_pattern_has_words(pattern):
    """For the patterns that people write there are strings that match."""
    assert [bool(re.search(pattern, word)) for word in words(pattern)] == [True] * 6


def test_a_pattern_that_is_not_understood_has_no_words():
    """A pattern that refers to itself leaves its field to the examples."""
    assert list(words(r"(a)\1")) == []


def test_a_class_of_which_no_payload_exists_has_no_samples():
    """A required field that leads back to its class cannot end, and this is said."""
    assert samples(defined({"x": Endless})).missing.startswith("no finite payload fits the class")


def test_ten_thousand_fields_are_no_trouble():
    """A payload of very many fields has a few samples too."""
    assert len(samples(defined({f"field_{number}": int for number in range(10_000)})).values) == 3
