"""Writes plain values as JSON text for others to read."""

import json
from typing import Any

import orjson


def write_json(value: Any) -> bytes:
    """Return the JSON text of strings, numbers, enums of these, lists and dicts."""
    try:
        return orjson.dumps(value)
    except TypeError:  # a lone surrogate in a text, or an integer beyond 64 bits: JSON can say both
        return json.dumps(value).encode()
