"""Results: whatever a handler returns is kept as plain JSON, or refused in clear words."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

import attrs
import pytest

from jobdefs.errors import TooLarge, UnwritableResult
from jobdefs.wire import codec

Color = Enum("Color", {"RED": "red"})


@attrs.frozen
class Sum:
    amount: Decimal
    when: datetime | None = None


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (None, None),
        ({"a": (1, [2.5, "b"])}, {"a": [1, [2.5, "b"]]}),
        ({"c", "a", "b"}, ["a", "b", "c"]),
        ([Sum(Decimal("1.50"))], [{"amount": "1.50", "when": None}]),
        ({"when": datetime(2026, 1, 1, tzinfo=UTC)}, {"when": "2026-01-01T00:00:00Z"}),
        ((date(2026, 1, 1), timedelta(seconds=1.5), b"\xff", Color.RED), ["2026-01-01", "PT1.5S", "/w==", "red"]),
    ],
)
def test_a_result_is_kept_as_plain_json(value, plain):
    """Plain values, attrs objects, sets, tuples, enums and single types are written at any depth."""
    assert codec.decode_result(codec.encode_result(value)) == plain


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"a": [1j]}, "complex has no written form"),
        (object(), "object has no written form"),
        ([int], "type has no written form"),
        ({1: 2}, "Dict key must be str"),
        ({"a": float("nan"), "b": None}, "NaN and infinities have no JSON"),
        (2**70, "Integer exceeds 64-bit range"),
        (datetime(2026, 1, 1), "datetime: the datetime needs a time zone"),  # noqa: DTZ001
        (Sum("1.50"), r"Sum\.amount: expected a Decimal, got a string"),  # type: ignore[arg-type]
    ],
)
def test_a_result_without_written_form_is_refused_in_clear_words(value, reason):
    """The error names the type, or the field, and says what to return."""
    with pytest.raises(UnwritableResult, match=f"^The result cannot be written as JSON: {reason}.*Return plain JSON"):
        codec.encode_result(value)


def test_a_result_that_holds_itself_is_refused():
    """An endless result ends in the same error."""
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(UnwritableResult, match="cannot be written as JSON: Recursion limit reached"):
        codec.encode_result(endless)


def test_a_result_over_the_limit_is_refused_with_both_sizes():
    """A result has its own limit."""
    with pytest.raises(TooLarge, match="The result has 262,145 bytes; the limit is 262,144"):
        codec.encode_result("x" * 262_143)
