"""Reads JSON that comes from outside, and refuses what two readers could understand differently."""

import json
import math
from collections.abc import Iterable
from itertools import accumulate
from typing import Any, Final, NoReturn

import orjson

from jobdefs.errors import InvalidBody
from jobdefs.policy import MAX_DEPTH
from jobdefs.wire.scalars import LARGEST_INTEGER, SMALLEST_INTEGER

# What is asked of every body of every job is looked up once.
_loads, _dumps = orjson.loads, orjson.dumps

_LONG: Final = len(str(LARGEST_INTEGER))
_LONG_INTEGER: Final = b"0" * _LONG
_DIGITS: Final = bytes(ord("0") if byte in b"0123456789" else ord(" ") for byte in range(256))
_HIDDEN_COLON: Final = rb"\u003"
_AS_ARRAYS: Final = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS: Final = bytes(byte for byte in range(256) if byte not in b"[]{}")
_STEPS: Final = {ord("["): 1, ord("]"): -1}


def read_json(data: bytes) -> Any:
    """Return what the JSON text says; raises InvalidBody, which names the one thing that is wrong first.

    Refused are NaN and infinities, a key twice in one object, nesting over MAX_DEPTH, integers beyond 64 bits,
    invalid UTF-8 and lone surrogates.
    """
    if data.count(b"[") + data.count(b"{") > MAX_DEPTH and too_deep(data):
        raise InvalidBody(f"it is nested more than {MAX_DEPTH} levels deep")
    try:
        value = _loads(data)
    except orjson.JSONDecodeError as error:
        _refuse(data, f"not JSON: {error}")
    # orjson turns integers beyond 64 bits into floats, which leaves no trace in the value. Of equal keys it keeps the
    # last: then what it read has fewer colons than the text, unless an escape hides one.
    long = _LONG_INTEGER in data.translate(_DIGITS)
    if long or _dumps(value).count(b":") != data.count(b":") or _HIDDEN_COLON in data:
        _inspect(data.decode())
    return value


def too_deep(data: bytes) -> bool:
    """Tell whether JSON text nests deeper than MAX_DEPTH, without parsing it."""
    if data.count(b"[") + data.count(b"{") <= MAX_DEPTH:
        return False
    brackets = left = _without_strings(data).translate(_AS_ARRAYS, _NO_BRACKETS)
    for _ in range(MAX_DEPTH):
        left = left.replace(b"[]", b"")
    return bool(left) and any(depth > MAX_DEPTH for depth in accumulate(map(_STEPS.__getitem__, brackets)))


def _without_strings(data: bytes) -> bytes:
    return b"".join(data.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')[::2])


def _refuse(data: bytes, otherwise: str) -> NoReturn:
    if not data.strip():
        raise InvalidBody("it is empty")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise InvalidBody(f"byte {error.start} is not valid UTF-8") from None
    try:
        value = _inspect(text)
    except json.JSONDecodeError as error:
        raise InvalidBody(f"not JSON: {error.msg} (line {error.lineno}, column {error.colno})") from None
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise InvalidBody("a string holds a lone surrogate, half of a character") from None
    raise InvalidBody(otherwise)


def _inspect(text: str) -> Any:
    return json.loads(
        text, object_pairs_hook=_object, parse_int=_integer, parse_float=_number, parse_constant=_constant
    )


def _object(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for key, value in pairs:
        if key in members:
            raise InvalidBody(f"the key {json.dumps(key[:80])} appears twice in one object")
        members[key] = value
    return members


def _integer(text: str) -> int:
    if len(text) > _LONG + 1 or not SMALLEST_INTEGER <= int(text) <= LARGEST_INTEGER:
        raise InvalidBody("an integer is outside -2^63 to 2^63-1")
    return int(text)


def _number(text: str) -> float:
    if math.isinf(number := float(text)):
        raise InvalidBody("a number is too large for a 64-bit float")
    return number


def _constant(name: str) -> NoReturn:
    raise InvalidBody(f"{name} is no JSON number")
