"""Reads and writes single values: each pair takes JSON to Python and back, and raises Misfit."""

import base64
import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, TypeVar
from uuid import UUID

from jobdefs.wire.body import LARGEST_INTEGER, SMALLEST_INTEGER
from jobdefs.wire.misfit import Misfit

T = TypeVar("T")

DECIMAL_PATTERN: Final = r"^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$"
DURATION_PATTERN: Final = (
    r"^(-?)P(?=[0-9T])(?:([0-9]+)D)?(?:T(?=[0-9])(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)(?:\.([0-9]{1,6}))?S)?)?$"
)
_DURATION: Final = re.compile(DURATION_PATTERN[1:-1])
_DECIMAL: Final = re.compile(DECIMAL_PATTERN[1:-1])
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT: Final = re.compile(_DATE.pattern + r"T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})")
_UUID: Final = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_MICROSECOND: Final = timedelta(microseconds=1)


def null(value: Any, _: Any = None) -> None:
    """Take null as it is."""
    if value is not None:
        raise Misfit.expected("null", value)


def boolean(value: Any, _: Any = None) -> bool:
    """Take a boolean as it is; 0, 1 and "true" are none."""
    if value.__class__ is not bool:
        raise Misfit.expected("a boolean", value)
    return bool(value)


def text(value: Any, _: Any = None) -> str:
    """Take a string as it is, unless half a character is in it."""
    if not isinstance(value, str):
        raise Misfit.expected("a string", value)
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Misfit.because("holds a lone surrogate, half of a character") from None
    return value


def key(value: Any) -> str:
    """Take the key of an object as it is."""
    if not isinstance(value, str):
        raise Misfit.because("has a key that is not a string")
    return text(value)


def read_integer(value: Any, _: Any = None) -> int:
    """Read a number without a fraction: 167.0 is 167, as JSON Schema has it."""
    if value.__class__ is float and value.is_integer():
        value = int(value)
    elif value.__class__ is float:
        raise Misfit.because("expected an integer, got a number with a fraction")
    return write_integer(value)


def write_integer(value: Any) -> int:
    """Take an integer of 64 bits as it is."""
    if value.__class__ is not int:
        raise Misfit.expected("an integer", value)
    if not SMALLEST_INTEGER <= value <= LARGEST_INTEGER:
        raise Misfit.because("must be between -2^63 and 2^63-1")
    return int(value)


def number(value: Any, _: Any = None) -> float:
    """Take a float, or an integer as a float; NaN and infinities have no JSON."""
    if value.__class__ is int:
        return float(write_integer(value))
    if value.__class__ is not float:
        raise Misfit.expected("a number", value)
    if not math.isfinite(value):
        raise Misfit.because("must be finite")
    return float(value)


def read_moment(value: Any, _: Any = None) -> datetime:
    """Read RFC 3339: an ISO 8601 date and time with its offset."""
    return _read(value, _MOMENT, datetime.fromisoformat, "a date and time with a time zone", "2026-01-31T09:30:00Z")


def write_moment(value: Any) -> str:
    """Write an aware datetime in UTC, so that one moment has one spelling."""
    if not isinstance(value, datetime):
        raise Misfit.expected("a datetime", value)
    if value.utcoffset() is None:
        raise Misfit.because("the datetime needs a time zone, for example datetime.now(UTC)")
    try:
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    except OverflowError:
        raise Misfit.because("the datetime is out of range in UTC") from None


def read_date(value: Any, _: Any = None) -> date:
    """Read an ISO 8601 date."""
    return _read(value, _DATE, date.fromisoformat, "a date", "2026-01-31")


def write_date(value: Any) -> str:
    """Write a date; a datetime is none."""
    if value.__class__ is not date:
        raise Misfit.expected("a date", value)
    return str(value)


def read_duration(value: Any, _: Any = None) -> timedelta:
    """Read an ISO 8601 duration of days, hours, minutes and seconds, microseconds at the finest."""
    return _read(value, _DURATION, _duration, "a duration", "PT1M30.5S")


def write_duration(value: Any) -> str:
    """Write a duration in seconds: ``PT90.5S``."""
    if not isinstance(value, timedelta):
        raise Misfit.expected("a timedelta", value)
    seconds, micros = divmod(abs(value) // _MICROSECOND, 1_000_000)
    fraction = f".{micros:06d}".rstrip("0") if micros else ""
    return f"{'-' if value < timedelta(0) else ''}PT{seconds}{fraction}S"


def read_uuid(value: Any, _: Any = None) -> UUID:
    """Read a UUID in its usual spelling, 8-4-4-4-12 hexadecimal digits."""
    return _read(value, _UUID, UUID, "a UUID", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6")


def write_uuid(value: Any) -> str:
    """Write a UUID in its usual spelling."""
    if not isinstance(value, UUID):
        raise Misfit.expected("a UUID", value)
    return str(value)


def read_decimal(value: Any, _: Any = None) -> Decimal:
    """Read a decimal number from a string: a JSON number would have lost digits on its way."""
    return _read(value, _DECIMAL, Decimal, "a decimal number", "12.50")


def write_decimal(value: Any) -> str:
    """Write a finite decimal number as a string, every digit kept."""
    if not isinstance(value, Decimal):
        raise Misfit.expected("a Decimal", value)
    if not value.is_finite():
        raise Misfit.because("must be finite")
    return str(value)


def read_bytes(value: Any, _: Any = None) -> bytes:
    """Read base64 of the standard alphabet, with its padding."""
    if not isinstance(value, str):
        raise Misfit.expected("base64 in a string", value)
    try:
        return base64.b64decode(value, validate=True)
    except ValueError:
        raise Misfit.because("expected base64 (standard alphabet, padded)") from None


def write_bytes(value: Any) -> str:
    """Write bytes as base64."""
    if not isinstance(value, bytes):
        raise Misfit.expected("bytes", value)
    return base64.b64encode(value).decode()


def _read(value: Any, form: re.Pattern[str], parse: Callable[[str], T], what: str, example: str) -> T:
    if not isinstance(value, str):
        raise Misfit.expected(f"{what} in a string", value)
    if form.fullmatch(value):
        try:
            return parse(value)
        except (ValueError, ArithmeticError):
            pass
    raise Misfit.because(f'expected {what}, such as "{example}"')


def _duration(value: str) -> timedelta:
    sign, days, hours, minutes, seconds, fraction = _DURATION.findall(value)[0]
    size = timedelta(
        days=int(days or 0),
        hours=int(hours or 0),
        minutes=int(minutes or 0),
        seconds=int(seconds or 0),
        microseconds=int(fraction.ljust(6, "0")),
    )
    return -size if sign == "-" else size
