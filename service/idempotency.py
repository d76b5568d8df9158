"""The header Idempotency-Key: which job id it stands for."""

import hashlib
import re
from collections.abc import Sequence
from typing import Final

from aiohttp import web

from jobdefs.errors import InvalidOption

HEADER: Final = "Idempotency-Key"
# The same, as one pattern for others to read.
PATTERN: Final = r'(?:[!#-~][!-~]{0,254}|"(?:[!#-\[\]-~]|\\["\\]){1,255}")'
_BARE: Final = re.compile(r"[!-~]{1,255}")
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\["\\])*)"')
_ESCAPED: Final = re.compile(r"\\(.)")


def key_of(request: web.Request) -> str | None:
    """Return the key that a request came with, None for none; raises InvalidOption."""
    return read_key(request.headers.getall(HEADER, []))


def read_key(given: Sequence[str]) -> str | None:
    """Return the key in the header's values, None where there is no such header.

    It may be bare, or quoted as in the IETF draft, which makes no difference. Raises InvalidOption.
    """
    if not given:
        return None
    if len(given) > 1:
        raise InvalidOption(HEADER, "is there more than once")
    key = given[0].strip(" \t")
    if key.startswith('"'):
        quoted = _QUOTED.fullmatch(key)
        key = _ESCAPED.sub(r"\1", quoted[1]) if quoted else ""
    if not _BARE.fullmatch(key):
        raise InvalidOption(HEADER, "must have 1 to 255 visible ASCII characters, bare or in quotes")
    return key


def job_id(key: str, place: int | None = None) -> str:
    """Return the id that a key stands for; ``place`` tells the jobs of one request apart."""
    # No key has a space, so the first job of many is never the job of another key alone.
    text = key if place is None else f"{key} {place}"
    return f"ik-{hashlib.sha256(text.encode()).hexdigest()[:40]}"
