"""What plain Huey tasks take and give."""

import math
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import ModuleType
from typing import Any
from uuid import UUID

import pytest

from jobdefs.errors import TooLarge

pytestmark = pytest.mark.usefixtures("consumer")


@pytest.mark.parametrize(
    "value",
    [
        True,
        1 << 70,
        1.5,
        "å\u2028\x00",
        [1, [2, [3]]],
        {"a": {"b": None}},
        (1, (2, [])),
        {1, 2},
        frozenset({"a"}),
        b"\x80\x04\xff",
        datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC),
        datetime(2026, 1, 2),  # noqa: DTZ001 - naive moments are values, too
        date(2026, 1, 2),
        timedelta(days=1, microseconds=1),
        UUID(int=7),
        Decimal("0.10"),
        {(1, "a"): {2: b""}},
        {"$set": [1], "$dict": 2},
    ],
    ids=lambda value: f"{type(value).__name__}-{value}",
)
def test_value_survives(tasks: ModuleType, value: Any) -> None:
    """A value comes back as it went in, type and all."""
    given = tasks.same(value).get(blocking=True, timeout=5)
    assert (type(given), given) == (type(value), value)


@pytest.mark.parametrize(
    ("arguments", "named", "where"),
    [
        ((object(),), {}, "argument 1"),
        ((), {"value": object()}, "argument 'value'"),
        (([1, {"a": {object()}}],), {}, r"argument 1\[1\]\['a'\]"),
    ],
)
def test_other_values(tasks: ModuleType, arguments: Any, named: Any, where: str) -> None:
    """Anything else is a TypeError when the task is enqueued, and it names the argument."""
    with pytest.raises(TypeError, match=rf"{where}.*object cannot be written down"):
        tasks.same(*arguments, **named)


def test_not_a_number(tasks: ModuleType) -> None:
    """NaN and infinities have no JSON, so they are refused in the same way."""
    with pytest.raises(TypeError, match="argument 1: nan cannot be written down"):
        tasks.same(math.nan)


def test_too_large(tasks: ModuleType) -> None:
    """Arguments over the limit of a payload are refused when the task is enqueued."""
    with pytest.raises(TooLarge, match="The payload has 300,"):
        tasks.same("x" * 300_000)
