"""Encoding: what is enqueued as an object is as sound as what is enqueued as JSON."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, cast
from uuid import UUID

import annotated_types as at
import attrs
import pytest

from jobdefs import TestJob, define
from jobdefs.errors import InvalidPayload, TooLarge
from jobdefs.policy import MAX_PAYLOAD_BYTES
from jobdefs.wire import codec
from tests.support.definitions import defined


@attrs.define
class Line:
    sku: str
    qty: Annotated[int, at.Ge(1)] = 1


@define("ENCODED")
@attrs.define
class Encoded:
    lines: list[Line] = attrs.Factory(list)
    free: Any = None
    seen: set[str] = attrs.Factory(set)
    total: int | float | None = None


ENCODED = defined(Encoded)


def faults(payload, definition=ENCODED):
    with pytest.raises(InvalidPayload) as caught:
        codec.encode(definition, payload)
    return {fault.path: fault.reason for fault in caught.value.faults}


def test_an_object_with_wrong_fields_is_not_enqueued_and_every_fault_is_listed():
    """Attrs does not check types, so encoding does, at any depth and all at once."""
    lines: list[Any] = [Line(cast("Any", 5)), Line("a", 0), {"sku": "a"}]
    payload = Encoded(lines=lines, free={"when": datetime.now(UTC)}, total=cast("Any", "1"))
    assert faults(payload) == {
        "$.lines[0].sku": "expected a string, got an integer",
        "$.lines[1].qty": "must be >= 1",
        "$.lines[2]": "expected a Line, got an object",
        "$.free.when": "expected plain JSON, got a datetime",
        "$.total": "expected an integer or a number or null, got a string",
    }


@pytest.mark.parametrize(
    ("type_", "value", "reason"),
    [
        (int, 1.0, "expected an integer, got a number"),
        (int, True, "expected an integer, got a boolean"),
        (float, float("inf"), "must be finite"),
        (list[int], (1,), "expected an array, got a tuple"),
        (tuple[int, ...], [1], "expected a tuple, got an array"),
        (set[int], frozenset({1}), "expected a set, got a frozenset"),
        (datetime, datetime(2026, 1, 1), "the datetime needs a time zone, for example datetime.now(UTC)"),  # noqa: DTZ001
        (datetime, "2026-01-01T00:00:00Z", "expected a datetime, got a string"),
        (UUID, "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "expected a UUID, got a string"),
        (Decimal, Decimal("NaN"), "must be finite"),
        (bytes, "AA==", "expected bytes, got a string"),
        (str, "\ud800", "holds a lone surrogate, half of a character"),
        (Any, (1,), "expected plain JSON, got a tuple"),
        (Any, 2**63, "must be between -2^63 and 2^63-1"),
    ],
)
def test_a_field_must_hold_what_its_type_says(one_field, type_, value, reason):
    """What would come back as something else, or not at all, is not written."""
    definition = one_field(type_)
    assert faults(definition.payload(value), definition) == {"$.x": reason}


def test_an_object_of_another_class_is_refused():
    """A definition writes objects of its own class only, not of a subclass, which has fields of its own."""
    assert faults(Line("a")) == {"$": "expected an Encoded, got a Line"}
    assert faults(attrs.make_class("More", {}, bases=(Encoded,))()) == {"$": "expected an Encoded, got a More"}


def test_a_payload_of_the_largest_size_passes_and_one_byte_more_does_not():
    """The limit is on the bytes of the JSON, and the error tells both sizes."""
    definition = defined(Encoded)
    frame = len(codec.encode(definition, Encoded(free="")))
    assert len(codec.encode(definition, Encoded(free="x" * (MAX_PAYLOAD_BYTES - frame)))) == MAX_PAYLOAD_BYTES
    with pytest.raises(TooLarge, match="The payload has 262,145 bytes; the limit is 262,144"):
        codec.encode(definition, Encoded(free="x" * (MAX_PAYLOAD_BYTES - frame + 1)))


def test_what_nests_too_deep_to_be_read_is_not_written():
    """Encoding refuses what decoding would, an object that holds itself included."""
    deep: list[Any] = []
    for _ in range(31):
        deep = [deep]
    assert "nested more than 32" in faults(Encoded(free=deep))["$"]
    endless: list[Any] = []
    endless.append(endless)
    assert next(iter(faults(Encoded(free=endless)).values())) == "is nested more than 32 levels deep"
    assert codec.decode(ENCODED, codec.encode(ENCODED, Encoded(free=deep[0]))) == Encoded(free=deep[0])


def test_test_job_survives_the_way_there_and_back():
    """The proof of concept is written and read back equal."""
    definition, job = defined(TestJob), TestJob("hello", 7)
    assert codec.decode(definition, codec.encode(definition, job)) == job
