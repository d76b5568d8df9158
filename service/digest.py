"""The digest of what an enqueue asks for: two requests are the same exactly if their digests are."""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

import attrs

from jobdefs.clock import to_epoch_ms, to_ms
from jobdefs.definition import Definition
from jobdefs.wire.schema import json_schema
from service.options import Options

# How a job is named, and how safe it shall be, is no part of what it is.
_APART: Final = ("id", "durability")
_schema: Final[Callable[[Definition], dict[str, Any]]] = cache(json_schema)


def digest(name: str, payload: Mapping[str, Any], options: Options) -> str:
    """Return the digest, in hex. The order of the payload's members makes no difference.

    What was left out does not count, so digests stay as they are when further options come.
    """
    given = {
        option: _plain(value)
        for option, value in attrs.asdict(options, recurse=False).items()
        if value is not None and option not in _APART
    }
    asked = {"name": name, "payload": payload, "options": given}
    return hashlib.sha256(_text(asked).encode()).hexdigest()


def said(definition: Definition, encoded: bytes, given: object) -> dict[str, Any]:
    """Return the members of a payload that say something: without those that were not given, or are their defaults.

    So a field that its class gets later on, with a default, makes no other request of the one that was sent before.
    ``encoded`` is as the codec writes it.
    """
    members = json.loads(encoded, parse_float=_number)
    fields = _schema(definition)["properties"]
    return {
        name: value
        for name, value in members.items()
        if (name in given if isinstance(given, Mapping) else True) and not _is_default(value, fields[name])
    }


def _is_default(value: Any, field: Mapping[str, Any]) -> bool:
    # As text, since True is 1 in Python.
    return "default" in field and _text(value) == _text(json.loads(_text(field["default"]), parse_float=_number))


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _plain(value: Any) -> Any:
    match value:
        case timedelta():
            return to_ms(value)
        case datetime():
            return to_epoch_ms(value)
        case _:
            return value


def _number(text: str) -> float:
    # As in JSON Schema, 5.0 is 5.
    number = float(text)
    return int(number) if number.is_integer() else number
