"""The digest of what an enqueue asks for: two requests are the same exactly if their digests are."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any, Final

import attrs

from jobdefs.clock import to_epoch_ms, to_ms
from service.options import Options

# How a job is named, and how safe it shall be, is no part of what it is.
_APART: Final = ("id", "durability")


def digest(name: str, payload: bytes, options: Options) -> str:
    """Return the digest, in hex. ``payload`` is as the codec writes it; the order of its members makes no difference.

    What was left out does not count, so digests stay as they are when further options come.
    """
    given = {
        option: _plain(value)
        for option, value in attrs.asdict(options, recurse=False).items()
        if value is not None and option not in _APART
    }
    asked = {"name": name, "payload": json.loads(payload, parse_float=_number), "options": given}
    written = json.dumps(asked, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


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
