"""Bounds from annotated_types and from attrs validators: enforced both ways, and told in plain words."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

import annotated_types as at
import attrs
import pytest
from attrs import validators
from jsonschema import Draft202012Validator

from jobdefs.errors import DefinitionError, InvalidPayload
from jobdefs.wire import codec
from jobdefs.wire.schema import json_schema

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def is_small(_instance, _field, value):
    if value > 9:
        raise ValueError("is not small")


def is_odd(value: int) -> bool:
    return value % 2 == 1


class Odd:
    """The odd numbers, endless."""

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int) and value % 2 == 1


@attrs.frozen
class AtMost:
    """A validator of one's own."""

    longest: int

    def __call__(self, _instance: Any, _field: Any, value: str) -> None:
        """Refuse longer texts."""
        if len(value) > self.longest:
            raise ValueError("is too long")


# type, validator, a good value, a bad value, the reason
BOUNDS: list[Any] = [
    (Annotated[int, at.Ge(1)], None, 1, 0, "must be >= 1"),
    (Annotated[int, at.Gt(1)], None, 2, 1, "must be > 1"),
    (Annotated[float, at.Le(1.5)], None, 1.5, 1.6, "must be <= 1.5"),
    (Annotated[float, at.Lt(1)], None, 0, 1, "must be < 1"),
    (Annotated[int, at.Interval(ge=1, lt=5)], None, 4, 5, "must be < 5"),
    (Annotated[int, at.MultipleOf(5)], None, 10, 11, "must be a multiple of 5"),
    (Annotated[float, at.MultipleOf(0.5)], None, 1.5, 1.6, "must be a multiple of 0.5"),
    (Annotated[str, at.MinLen(2)], None, "é😀", "a", "must have at least 2 character(s)"),
    (Annotated[str, at.MaxLen(2)], None, "é😀", "abc", "must have at most 2 character(s)"),
    (Annotated[list[int], at.Len(1, 2)], None, [1], [], "must have at least 1 item(s)"),
    (Annotated[dict[str, int], at.MaxLen(1)], None, {"a": 1}, {"a": 1, "b": 2}, "must have at most 1 member(s)"),
    (Annotated[bytes, at.MaxLen(1)], None, "AA==", "AAA=", "must have at most 1 byte(s)"),
    (Annotated[int, at.Predicate(is_odd)], None, 1, 2, "must satisfy is_odd"),
    (Annotated[int, at.Predicate(lambda value: value != 2)], None, 1, 2, "must keep its condition"),
    (Annotated[int, at.Predicate(str.isupper)], None, None, 2, "must satisfy str.isupper"),
    (Annotated[Decimal, at.Ge(Decimal("1.5"))], None, "1.5", "1.4", "must be >= 1.5"),
    (
        Annotated[datetime, at.Ge(NEW_YEAR)],
        None,
        "2026-01-01T00:00:00Z",
        "2025-12-31T23:59:59Z",
        f"must be >= {NEW_YEAR}",
    ),
    (Annotated[int | None, at.Ge(1)], None, None, 0, "must be >= 1"),
    (list[Annotated[str, at.MinLen(1)]], None, ["a"], [""], "must have at least 1 character(s)"),
    (int, validators.ge(1), 1, 0, "must be >= 1"),
    (int, [validators.gt(1), validators.lt(9)], 8, 9, "must be < 9"),
    (float, validators.and_(validators.le(2.0), validators.instance_of(float)), 2, 3, "must be <= 2"),
    (str, validators.matches_re("[a-z]+"), "ab", "ab1", "must match [a-z]+"),
    (str, validators.matches_re("b", func=re.search), "abc", "acd", "must match b"),
    (str, validators.in_(["a", "b"]), "a", "c", "must be one of 'a', 'b'"),
    (
        str | None,
        validators.optional([validators.min_len(2), validators.max_len(3)]),
        "ab",
        "a",
        "must have at least 2 character(s)",
    ),
    (
        list[str],
        validators.deep_iterable(validators.min_len(1), validators.max_len(1)),
        ["a"],
        [""],
        "must have at least 1 character(s)",
    ),
    (tuple[int, ...], validators.deep_iterable(validators.ge(1)), [1], [0], "must be >= 1"),
    (int, validators.not_(validators.in_([7])), 6, 7, "must keep: not_(in_(7))"),
]


@pytest.mark.parametrize(("type_", "validator", "good", "bad", "reason"), BOUNDS)
def test_a_bound_lets_the_good_value_pass_and_says_why_the_bad_one_does_not(  # noqa: PLR0917 - a table
    one_field, type_, validator, good, bad, reason
):
    """Bounds hold on reading, whichever way they were declared, and the reason can be shown to a person."""
    definition = one_field(type_, validator=validator)
    if reason != "must satisfy str.isupper":
        codec.structure(definition, {"x": good})
    with pytest.raises(InvalidPayload) as caught:
        codec.structure(definition, {"x": bad})
    assert reason in caught.value.faults[0].reason


def test_every_broken_bound_of_a_value_is_told(one_field):
    """A value that breaks two bounds gets two faults."""
    definition = one_field(Annotated[int, at.Ge(10), at.MultipleOf(5)])
    with pytest.raises(InvalidPayload) as caught:
        codec.structure(definition, {"x": 7})
    assert [fault.reason for fault in caught.value.faults] == ["must be >= 10", "must be a multiple of 5"]


@pytest.mark.parametrize(
    ("type_", "validator", "fragment"),
    [
        (Annotated[int, at.Interval(gt=1, le=5)], None, {"exclusiveMinimum": 1, "maximum": 5}),
        (Annotated[int, at.Ge(1), at.Ge(5)], None, {"minimum": 1, "allOf": [{"minimum": 5}]}),
        (Annotated[float, at.MultipleOf(0.5)], validators.lt(9), {"multipleOf": 0.5, "exclusiveMaximum": 9}),
        (
            Annotated[str, at.Len(1, 5)],
            validators.matches_re("a+"),
            {"minLength": 1, "maxLength": 5, "pattern": "^(?:a+)$"},
        ),
        (list[int], validators.deep_iterable(validators.ge(1), validators.min_len(1)), {"minItems": 1}),
        (dict[str, int], validators.max_len(2), {"maxProperties": 2}),
        (str, validators.in_(("a", "b")), {"enum": ["a", "b"]}),
        (str, validators.in_({"d", "c", "b", "a", "e"}), {"enum": ["a", "b", "c", "d", "e"]}),
    ],
)
def test_bounds_are_shown_in_the_schema(one_field, type_, validator, fragment):
    """What JSON Schema has a keyword for is said by that keyword."""
    shown = json_schema(one_field(type_, validator=validator))["properties"]["x"]
    assert {keyword: shown.get(keyword) for keyword in fragment} == fragment


@pytest.mark.parametrize(
    ("type_", "validator", "condition"),
    [
        (Annotated[Decimal, at.Ge(1)], None, "must be >= 1"),
        (Annotated[bytes, at.MaxLen(1)], None, "must have at most 1 byte(s)"),
        (Annotated[int, at.Predicate(is_odd)], None, "must satisfy is_odd"),
        (Annotated[int, at.Predicate(lambda _: True)], None, "must keep its condition"),
        (str, validators.matches_re("(?P<all>a)"), "must match (?P<all>a)"),
        (str, validators.matches_re("a", flags=re.IGNORECASE), "must match a (IGNORECASE)"),
        (str, validators.in_("abc"), "must be in 'abc'"),
        (int, validators.optional(is_small), "is checked by is_small"),
        (list[int], validators.deep_iterable(is_small, validators.max_len(3)), "is checked by deep_iterable(is_small)"),
        (int, validators.not_(validators.in_({2, 1})), "is checked by not_(in_(1, 2))"),
        (int, validators.or_(validators.ge(9), is_small), "is checked by or_(ge(9), is_small)"),
        (dict[str, int], validators.deep_mapping(None, validators.ge(1)), "is checked by deep_mapping(value=ge(1))"),
        (int, validators.in_(Odd()), "must be in Odd"),
        (str, AtMost(5), "is checked by AtMost(longest=5)"),
    ],
)
def test_bounds_that_json_schema_would_misunderstand_are_said_in_words(one_field, type_, validator, condition):
    """A keyword that would mean something else is left out, and the condition stands beside the others, in words."""
    plain = json_schema(one_field(type_.__origin__ if validator is None else type_))["properties"]["x"]
    shown = json_schema(one_field(type_, validator=validator))["properties"]["x"]

    assert shown.pop("x-conditions") == [condition]
    assert shown.items() >= plain.items()


@pytest.mark.parametrize(
    ("type_", "allowed", "schema", "bad"),
    [
        (int | str | None, int, {"type": "integer", "format": "int64"}, "a"),
        (Literal["a", 1], str, {"const": "a"}, 1),
        (Annotated[str, at.MinLen(1)] | int, (str, bytes), {"type": "string", "minLength": 1}, 5),
        (Any | None, str, {"type": "string"}, None),
    ],
)
def test_instance_of_leaves_a_part_of_a_type(one_field, type_, allowed, schema, bad):
    """Schema and structuring agree on what instance_of leaves of a type; the rest would never pass."""
    narrow = one_field(type_, validator=validators.instance_of(allowed))
    assert json_schema(narrow)["properties"]["x"] == schema
    with pytest.raises(InvalidPayload):
        codec.structure(narrow, {"x": bad})


@pytest.mark.parametrize(("type_", "allowed"), [(float, int), (int | None, str), (Literal["a"], (int, bytes))])
def test_instance_of_that_leaves_nothing_is_refused(one_field, type_, allowed):
    """A field that no value could ever have is a mistake of the definition."""
    with pytest.raises(
        DefinitionError, match=r"takes instances of \w+( or \w+)? only, and no value of this type is one"
    ):
        one_field(type_, validator=validators.instance_of(allowed))


def test_a_bound_of_annotated_types_that_is_not_enforced_is_refused(one_field):
    """A bound that nobody would check is an error of the definition, not a silent promise."""
    with pytest.raises(DefinitionError, match=r"Payload\.x.*Timezone\(tz=None\) is not supported"):
        one_field(Annotated[datetime, at.Timezone(None)])


# type, the one value that it may have, its spellings
SPELLINGS: list[Any] = [
    (Decimal, Decimal(1), ["1", "1.0", "1e0"]),
    (datetime, NEW_YEAR, ["2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00"]),
    (UUID, UUID(int=10), ["00000000-0000-0000-0000-00000000000a", "00000000-0000-0000-0000-00000000000A"]),
    (timedelta, timedelta(minutes=1), ["PT1M", "PT60S"]),
    (frozenset[str], frozenset("ab"), [["a", "b"], ["b", "a"]]),
    (int, 1, [1, 1.0]),
    (date, NEW_YEAR.date(), ["2026-01-01"]),
    (bool, True, [True]),
]


@pytest.mark.parametrize(("type_", "value", "spellings"), SPELLINGS)
def test_in_lets_every_spelling_of_a_value_pass(one_field, type_, value, spellings):
    """The schema lists values by `enum` only where that leaves out no spelling that structuring reads."""
    definition = one_field(type_, validator=validators.in_([value]))
    judge = Draft202012Validator(json_schema(definition))
    for spelling in spellings:
        judge.validate({"x": spelling})
        assert codec.structure(definition, {"x": spelling}).x == value


def test_in_tells_true_from_1(one_field):
    """Python takes 1 for True; JSON does not, and neither does `enum`."""
    definition = one_field(Any, validator=validators.in_([True]))
    assert json_schema(definition)["properties"]["x"] == {"enum": [True]}
    with pytest.raises(InvalidPayload, match="must be one of True"):
        codec.structure(definition, {"x": 1})
