"""Reads and writes single values: each pair takes JSON to Python and back, and raises Misfit."""

import base64
import math
import re
from collections.abc import Callable
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, TypeVar
from uuid import UUID

from jobdefs.wire.misfit import Misfit

T = TypeVar("T")

SMALLEST_INTEGER: Final = -(2**63)
LARGEST_INTEGER: Final = 2**63 - 1

# These patterns mean the same to Python and to JSON Schema (ECMA-262), and the schema shows them.
_DAY: Final = "(?!0000)[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_HOUR: Final = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
DATE_PATTERN: Final = f"^{_DAY}$"
MOMENT_PATTERN: Final = rf"^{_DAY}T{_HOUR}:[0-5][0-9](?:\.[0-9]+)?(?:Z|[+-]{_HOUR})$"
# No more digits than a timedelta has room for, whatever they are.
DURATION_PATTERN: Final = (
    r"^(-?)P(?=[0-9T])(?:([0-9]{1,8})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,10})H)?(?:([0-9]{1,11})M)?(?:([0-9]{1,13})(?:\.([0-9]{1,6}))?S)?)?$"
)
UUID_PATTERN: Final = "^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"
DECIMAL_PATTERN: Final = r"^-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,7})?$"
BASE64_PATTERN: Final = "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
_DATE, _MOMENT, _DURATION, _UUID, _DECIMAL = (
    re.compile(pattern[1:-1])
    for pattern in (DATE_PATTERN, MOMENT_PATTERN, DURATION_PATTERN, UUID_PATTERN, DECIMAL_PATTERN)
)
_MICROSECOND: Final = timedelta(microseconds=1)
_LONGEST_S: Final = 9_999_999_999_999
_TOO_LONG: Final = timedelta(seconds=_LONGEST_S + 1)


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
    if value.__class__ is int and SMALLEST_INTEGER <= value <= LARGEST_INTEGER:
        return int(value)
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
    """Read RFC 3339: an ISO 8601 date and time with its offset, which in UTC lies in the years 1 to 9999."""
    return _read(value, _MOMENT, _moment, "a date and time with a time zone", "2026-01-31T09:30:00Z")


def read_moment_quickly(value: Any, _: Any = None) -> datetime:
    """Read what ``read_moment`` reads, sooner where it is written as here: to the second, in UTC."""
    if value.__class__ is str and len(value) == len("2026-01-31T09:30:00Z"):  # noqa: SIM102 - two lines are told apart
        if (value[4], value[7], value[10], value[13], value[16], value[19]) == ("-", "-", "T", ":", ":", "Z"):
            return datetime.fromisoformat(value)
    return read_moment(value)


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
    seconds, micros = divmod(abs(_bounded(value)) // _MICROSECOND, 1_000_000)
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
    return _read(value, _DECIMAL, _decimal, "a decimal number", "12.50")


def write_decimal(value: Any) -> str:
    """Write a finite decimal number as a string, every digit kept."""
    if not isinstance(value, Decimal):
        raise Misfit.expected("a Decimal", value)
    if not value.is_finite():
        raise Misfit.because("must be finite")
    if not _DECIMAL.fullmatch(written := str(value)):
        raise Misfit.because("has an exponent of more than 7 digits")
    return written


def read_bytes(value: Any, _: Any = None) -> bytes:
    """Read base64 of the standard alphabet, with its padding."""
    if not isinstance(value, str):
        raise Misfit.expected("base64 in a string", value)
    try:
        found = base64.b64decode(value, validate=True)
    except ValueError:
        found = None
    # Python takes padding where none is needed.
    if found is None or len(value) != (len(found) + 2) // 3 * 4:
        raise Misfit.because("expected base64 (standard alphabet, padded)")
    return found


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


def _moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.year in {MINYEAR, MAXYEAR}:
        moment.astimezone(UTC)
    return moment


def _duration(value: str) -> timedelta:
    sign, days, hours, minutes, seconds, fraction = _DURATION.findall(value)[0]
    size = timedelta(
        days=int(days or 0),
        hours=int(hours or 0),
        minutes=int(minutes or 0),
        seconds=int(seconds or 0),
        microseconds=int(fraction.ljust(6, "0")),
    )
    return _bounded(-size if sign == "-" else size)


def _bounded(duration: timedelta) -> timedelta:
    if abs(duration) >= _TOO_LONG:
        raise Misfit.because(f"must be at most {_LONGEST_S:,} seconds")
    return duration


def _decimal(value: str) -> Decimal:
    number = Decimal(value)
    # Only an exponent can become longer than it is written: 123E9999999 is 1.23E+10000001.
    if "e" in value or "E" in value:
        write_decimal(number)
    return number
