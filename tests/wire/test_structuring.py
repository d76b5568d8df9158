"""Structuring a payload: every fault at once, by the names that the constructor has."""

import time
from typing import Any

import attrs
import pytest
from attrs import validators

from jobdefs import Definition, define
from jobdefs.errors import InvalidPayload
from jobdefs.wire import codec
from tests.support.definitions import defined


@attrs.frozen
class Line:
    sku: str = attrs.field(validator=validators.min_len(1))
    qty: int = attrs.field(default=1, validator=validators.ge(1))
    parts: list["Line"] = attrs.Factory(list)


@define("ORDER")
@attrs.frozen
class Order:
    lines: list[Line]
    _note: str = ""
    converter: int = 0
    cl: int = 0
    total: int = attrs.field(init=False, default=0)
    even: int = attrs.field(default=2)
    low: int = 0
    high: int = attrs.field(default=9)

    @even.validator
    def _is_even(self, _: Any, value: int) -> None:
        if value % 2:
            raise ValueError("must be even")

    @high.validator
    def _is_above(self, _: Any, value: int) -> None:
        if value < self.low:
            raise ValueError("must not be below low")


ORDER = defined(Order)


def faults(value, definition=ORDER):
    with pytest.raises(InvalidPayload) as caught:
        codec.structure(definition, value)
    return {fault.path: fault.reason for fault in caught.value.faults}


def test_every_fault_of_a_payload_is_listed_at_once():
    """Wrong types, bounds, missing and unknown fields and validators, at any depth, are reported together."""
    lines = [{"sku": "a"}, {"qty": 0}, {"sku": "", "parts": [{"sku": 5}]}, None]
    assert faults({"lines": lines, "even": 3, "low": 5, "high": 4, "x y": 1, "total": 1}) == {
        "$.lines[1].sku": "is required",
        "$.lines[1].qty": "must be >= 1",
        "$.lines[2].sku": "must have at least 1 character(s)",
        "$.lines[2].parts[0].sku": "expected a string, got an integer",
        "$.lines[3]": "expected an object, got null",
        "$.even": "must be even",
        "$.high": "must not be below low",
        '$["x y"]': "unknown field",
        "$.total": "unknown field",
    }


def test_a_validator_that_needs_an_unsound_field_waits_for_it():
    """A validator that compares with another field says nothing while that field is at fault itself."""
    assert faults({"lines": [], "low": "5", "high": 4}) == {"$.low": "expected an integer, got a string"}


def test_a_default_stands_in_only_for_what_is_missing():
    """A validator that compares with another field does not compare with the default of one that is at fault."""

    @attrs.frozen
    class Span:
        start: int = 100
        end: int = attrs.field(default=200)

        @end.validator
        def _is_after(self, _: Any, value: int) -> None:
            if value <= self.start:
                raise ValueError(f"must be after start {self.start}")

    span = Definition(name="SPAN", payload=Span)
    assert faults({"start": "1", "end": 50}, span) == {"$.start": "expected an integer, got a string"}
    assert faults({"end": 50}, span) == {"$.end": "must be after start 100"}


def test_members_have_the_names_of_the_constructor():
    """A private field is a member without its underscore, and no field name is taken by the machinery."""
    order = codec.structure(
        ORDER, {"lines": [{"sku": "a", "parts": [{"sku": "b"}]}], "note": "n", "converter": 1, "cl": 2}
    )
    assert (order._note, order.converter, order.cl) == ("n", 1, 2)
    assert order.lines == [Line("a", 1, [Line("b")])]


def test_what_the_class_itself_refuses_is_a_fault_of_the_object():
    """An error from __attrs_post_init__ is reported with the path of the object that it spoke of."""

    @attrs.frozen
    class Span:
        first: int
        last: int

        def __attrs_post_init__(self) -> None:
            if self.last < self.first:
                raise ValueError("ends before it begins")

    definition = defined(define("SPANS")(attrs.make_class("Spans", {"spans": attrs.field(type=list[Span])})))
    with pytest.raises(InvalidPayload, match=r"\$\.spans\[1\]: ends before it begins\.$"):
        codec.structure(definition, {"spans": [{"first": 1, "last": 2}, {"first": 2, "last": 1}]})


def test_an_answer_to_thousands_of_faults_stays_short():
    """One array or object lists a hundred faults, and says that there are more."""
    listed = faults({"lines": [0] * 5000})
    assert len(listed) == 101
    assert listed["$.lines"] == "has more than 100 faults; the others are not listed"
    assert len(faults({"lines": []} | {f"x{number}": 0 for number in range(5000)})) == 101


def test_a_payload_that_nests_too_deep_is_refused_when_it_did_not_come_from_json():
    """Python objects given by a caller may nest without end; they end in a fault, not in a crash."""
    line: dict[str, Any] = {"sku": "a", "parts": []}
    line["parts"].append(line)
    assert faults({"lines": [line]}) == {"$": "is nested more than 32 levels deep"}


def test_a_field_without_an_annotation_takes_plain_json(one_field):
    """A field that names no type takes any JSON, unless instance_of names one."""
    free, bound = one_field(None), one_field(None, validator=validators.instance_of((int, str)))
    assert codec.structure(free, {"x": [1]}).x == [1]
    assert codec.structure(bound, {"x": 1.0}).x == 1
    with pytest.raises(InvalidPayload, match="expected an integer or a string, got an array"):
        codec.structure(bound, {"x": [1]})


def test_none_is_refused_where_a_validator_refuses_it(one_field):
    """A type that allows None with a validator that does not is read as the stricter of the two."""
    definition = one_field(int | None, validator=validators.ge(1))
    with pytest.raises(InvalidPayload, match="expected an integer, got null"):
        codec.structure(definition, {"x": None})


def test_a_fault_deep_inside_costs_no_more_than_elsewhere():
    """Finding a fault fourteen lines down takes one pass, not one more for each level."""
    line: dict[str, Any] = {"sku": 5}
    for _ in range(14):
        line = {"sku": "a", "parts": [line]}
    began = time.process_time()
    assert list(faults({"lines": [line]})) == ["$.lines[0]" + ".parts[0]" * 14 + ".sku"]
    assert time.process_time() - began < 0.05
