"""Each type on the wire: what is read, what is refused and why, and that writing is the way back."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Annotated, Any, Literal, NewType, Optional
from uuid import UUID

import attrs
import pytest
from annotated_types import Ge

from jobdefs.errors import InvalidPayload
from jobdefs.wire import codec
from jobdefs.wire.body import read_json

Color = Enum("Color", {"RED": "red", "BLUE": "blue"})
Level = IntEnum("Level", {"LOW": 1, "HIGH": 2})
Name = NewType("Name", str)


@attrs.frozen
class Item:
    sku: str
    qty: int = 1


UNIQUE = UUID("f81d4fae-7dec-11d0-a765-00a0c91e6bf6")
NOON = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)

# type, JSON as read, the value, JSON as written
READ = [
    (str, "é", "é", "é"),
    (Name, "a", "a", "a"),
    (int, 167.0, 167, 167),
    (float, 2, 2.0, 2.0),
    (bool, True, True, True),
    (type(None), None, None, None),
    (int | None, None, None, None),
    (Optional[str], "a", "a", "a"),  # noqa: UP045 - people write it
    (int | str | None, "a", "a", "a"),
    (float | int, 2, 2, 2),
    (int | float, 2.5, 2.5, 2.5),
    (Annotated[int, Ge(10)] | float, 5, 5.0, 5.0),
    (Literal[1] | float, 2, 2.0, 2.0),
    (Item | list[Item] | None, [{"sku": "a"}], [Item("a")], [{"sku": "a", "qty": 1}]),
    (Literal["a", 1, True], 1.0, 1, 1),
    (Literal[1] | bool, True, True, True),
    (Color, "red", Color.RED, "red"),
    (Level, 2.0, Level.HIGH, 2),
    (list[int], [1, 2.0], [1, 2], [1, 2]),
    (list, [1, "a"], [1, "a"], [1, "a"]),
    (tuple[int, str], [1, "a"], (1, "a"), [1, "a"]),
    (tuple[float, ...], [1, 2.5], (1.0, 2.5), [1.0, 2.5]),
    (set[str], ["b", "a"], {"a", "b"}, ["a", "b"]),
    (frozenset[int], [2, 1], frozenset({1, 2}), [1, 2]),
    (dict[str, int], {"a b": 1.0}, {"a b": 1}, {"a b": 1}),
    (dict[str, list[Item]], {"k": [{"sku": "a"}]}, {"k": [Item("a")]}, {"k": [{"sku": "a", "qty": 1}]}),
    (datetime, "2026-01-31T13:00:00+01:00", NOON, "2026-01-31T12:00:00Z"),
    (datetime, "2026-01-31T12:00:00.250Z", NOON.replace(microsecond=250_000), "2026-01-31T12:00:00.250000Z"),
    (date, "2026-01-31", date(2026, 1, 31), "2026-01-31"),
    (timedelta, "P1DT2H3M4.5S", timedelta(days=1, hours=2, minutes=3, seconds=4.5), "PT93784.5S"),
    (timedelta, "-PT0.000001S", timedelta(microseconds=-1), "-PT0.000001S"),
    (UUID, str(UNIQUE).upper(), UNIQUE, str(UNIQUE)),
    (Decimal, "12.50", Decimal("12.50"), "12.50"),
    (bytes, "AP8=", b"\x00\xff", "AP8="),
    (Any, {"a": [1, 2.5, None, True]}, {"a": [1, 2.5, None, True]}, {"a": [1, 2.5, None, True]}),
    (object, "a", "a", "a"),
]

MOMENT = 'a date and time with a time zone, such as "2026-01-31T09:30:00Z"'

NO_BASE64 = ["AP8", "AAAA=", "AAAA====", "AAAAAAAA======", "AA==AAAA", "A===", "AP8=\n", "AAAA\n", "AP_=", "AP8=="]

# type, JSON, path below $.x, reason
REFUSED = [
    (str, 5, "", "expected a string, got an integer"),
    (str, "\ud800", "", "holds a lone surrogate, half of a character"),
    (int, "1", "", "expected an integer, got a string"),
    (int, 1.5, "", "expected an integer, got a number with a fraction"),
    (int, True, "", "expected an integer, got a boolean"),
    (int, 2**63, "", "must be between -2^63 and 2^63-1"),
    (float, "1", "", "expected a number, got a string"),
    (float, False, "", "expected a number, got a boolean"),
    (float, float("nan"), "", "must be finite"),
    (bool, 1, "", "expected a boolean, got an integer"),
    (type(None), 0, "", "expected null, got an integer"),
    (int | None, "1", "", "expected an integer or null, got a string"),
    (int | str, [], "", "expected an integer or a string, got an array"),
    (Literal["a", 1], True, "", 'must be one of "a", 1'),
    (Literal["a"], [], "", 'must be one of "a"'),
    (Color, "green", "", 'must be one of "red", "blue"'),
    (Level, True, "", "must be one of 1, 2"),
    (list[int], "12", "", "expected an array, got a string"),
    (list[int], [1, "2"], "[1]", "expected an integer, got a string"),
    (list[int], (1, 2), "", "expected an array, got a tuple"),
    (tuple[int, str], [1], "", "must have exactly 2 item(s)"),
    (tuple[int, str], [1, 2], "[1]", "expected a string, got an integer"),
    (set[int], [1, 1.0], "", "holds the same item twice"),
    (dict[str, int], {"a": "1"}, ".a", "expected an integer, got a string"),
    (dict[str, int], {"a b": "1"}, '["a b"]', "expected an integer, got a string"),
    (dict[str, int], {1: 1}, "", "has a key that is not a string"),
    (Item, {"qty": 1}, ".sku", "is required"),
    (list[Item], [{"sku": "a"}, {"sku": "b", "qty": "2"}], "[1].qty", "expected an integer, got a string"),
    (datetime, "2026-01-31T12:00:00", "", f"expected {MOMENT}"),
    (datetime, "0001-01-01T00:00:00+00:01", "", f"expected {MOMENT}"),
    (datetime, 1769860800, "", "expected a date and time with a time zone in a string, got an integer"),
    (date, "2026-02-30", "", 'expected a date, such as "2026-01-31"'),
    (timedelta, "PT", "", 'expected a duration, such as "PT1M30.5S"'),
    (timedelta, "P99999999999D", "", 'expected a duration, such as "PT1M30.5S"'),
    (timedelta, "PT12345678901234S", "", 'expected a duration, such as "PT1M30.5S"'),
    (timedelta, "PT9999999999H", "", "must be at most 9,999,999,999,999 seconds"),
    (timedelta, "-PT9999999999H", "", "must be at most 9,999,999,999,999 seconds"),
    (UUID, UNIQUE.hex, "", 'expected a UUID, such as "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"'),
    (Decimal, 12.5, "", "expected a decimal number in a string, got a number"),
    (Decimal, "1e12345678", "", 'expected a decimal number, such as "12.50"'),
    (Decimal, "123E9999999", "", "has an exponent of more than 7 digits"),
    (Decimal, "0.01e-9999999", "", "has an exponent of more than 7 digits"),
    (Decimal, "NaN", "", 'expected a decimal number, such as "12.50"'),
    *[(bytes, text, "", "expected base64 (standard alphabet, padded)") for text in NO_BASE64],
    (Any, [{"a": NOON}], "[0].a", "expected plain JSON, got a datetime"),
    (Any, {1: 2}, "", "has a key that is not a string"),
]


@pytest.mark.parametrize(("type_", "read", "value", "written"), READ)
def test_a_value_is_read_and_written_in_its_settled_spelling(one_field, type_, read, value, written):
    """JSON becomes the value that the type promises, the value becomes JSON, and that JSON the same value again."""
    definition = one_field(type_)
    payload = codec.structure(definition, {"x": read})
    assert (payload.x, type(payload.x)) == (value, type(value))
    data = codec.encode(definition, payload)
    assert read_json(data) == {"x": written}
    assert codec.decode(definition, data) == payload


@pytest.mark.parametrize(("type_", "read", "path", "reason"), REFUSED)
def test_a_value_of_another_type_is_refused_with_its_path_and_a_reason(one_field, type_, read, path, reason):
    """Nothing is guessed or converted: what is not of the type is a fault, which says what was expected."""
    with pytest.raises(InvalidPayload) as caught:
        codec.structure(one_field(type_), {"x": read})
    assert [(fault.path, fault.reason) for fault in caught.value.faults] == [(f"$.x{path}", reason)]


def test_a_moment_is_written_in_utc_whatever_its_zone(one_field):
    """One moment has one spelling, also where its zone is off by seconds, which RFC 3339 cannot say."""
    definition = one_field(datetime)
    moment = datetime(2026, 1, 31, 12, 0, tzinfo=timezone(timedelta(minutes=53, seconds=28)))
    assert codec.encode(definition, definition.payload(moment)) == b'{"x":"2026-01-31T11:06:32Z"}'


def test_a_decimal_whose_exponent_could_not_be_read_is_not_written(one_field):
    """What is written can be read again, so an exponent of more than seven digits is refused."""
    definition = one_field(Decimal)
    with pytest.raises(InvalidPayload, match=r"\$\.x: has an exponent of more than 7 digits"):
        codec.encode(definition, definition.payload(Decimal("1e12345678")))


def test_a_duration_that_could_not_be_read_is_not_written(one_field):
    """What is written can be read: a duration of 300,000 years, but not the longest that Python knows."""
    definition = one_field(timedelta)
    longest = definition.payload(timedelta(seconds=9_999_999_999_999))
    assert codec.decode(definition, codec.encode(definition, longest)) == longest
    with pytest.raises(InvalidPayload, match=r"\$\.x: must be at most 9,999,999,999,999 seconds"):
        codec.encode(definition, definition.payload(timedelta.max))


def test_an_item_that_turns_out_to_have_no_hash_is_a_fault(one_field):
    """A class that holds sets of itself cannot be judged by its definition; its items are refused when they come."""

    @attrs.frozen
    class Node:
        nodes: "set[Node]"

    with pytest.raises(InvalidPayload, match=r"\$\.x\.nodes: holds an item that no set can hold"):
        codec.structure(one_field(Node), {"x": {"nodes": [{"nodes": []}]}})
