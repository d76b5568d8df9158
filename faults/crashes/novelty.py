"""A job that only the newer ones among the consumers know, and its handler."""

import attrs

from consumer import JobContext, handles
from faults.crashes.scribe import scribe
from jobdefs import define


@define("CRASH_NOVELTY")
@attrs.frozen
class Novelty:
    """Ends at once."""


@handles(Novelty)
def run(_job: Novelty, context: JobContext) -> str:
    """Return what tells this attempt from all others."""
    scribe().write_attempt("start", context)
    return scribe().write_attempt("end", context).mark
