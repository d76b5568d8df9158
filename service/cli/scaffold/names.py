"""What a new job is called: in the store, as a class, and as a function."""

import keyword
import re
from typing import Final

import attrs

from jobdefs.catalog import load_catalog
from jobdefs.definition import NAME_PATTERN
from jobdefs.errors import InvalidOption

# `sendHTMLMail`, `SEND_HTML_MAIL` and `send.html-mail` are the same three words.
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_IN_USE: Final = {"State", "SyncJobs", "attrs", "define", "handles", "pytest"}


@attrs.frozen
class Names:
    """The names of one job."""

    job: str
    payload: str
    handler: str


def names_of(job: str) -> Names:
    """Return the names for a job; raises InvalidOption for a name that no definition can have, or that one has."""
    if not NAME_PATTERN.fullmatch(job):
        raise InvalidOption("NAME", "must start with a letter and have at most 64 of A-Z a-z 0-9 _ . -")
    catalog = load_catalog()
    if job in catalog:
        raise InvalidOption("NAME", f"{job} is defined already, by {catalog.get(job).place}")
    words = _WORD.findall(job)
    payload, handler = "".join(map(str.capitalize, words)), "_".join(map(str.lower, words))
    return Names(job, _free(payload, "Job"), _free(handler, "_job"))


def _free(name: str, suffix: str) -> str:
    return name + suffix if keyword.iskeyword(name) or name in _IN_USE else name
