"""What these jobs are."""

from datetime import timedelta

import attrs

from jobdefs import RetryPolicy, define

QUICK = RetryPolicy(attempts=2, first_delay=timedelta(milliseconds=40))


@define("REST", retry=QUICK)
@attrs.frozen
class Rest:
    """Holds its process for a while, and leaves it as it was."""

    seconds: float = 0.0


@define("LITTER", retry=QUICK)
@attrs.frozen
class Litter:
    """Ends well, and leaves something behind; or does not end at all."""

    what: str


@define("LITTER_ASYNC", retry=QUICK)
@attrs.frozen
class LitterAsync:
    """The same on the event loop."""

    what: str


@define("SULK", retry=QUICK, timeout=timedelta(milliseconds=100))
@attrs.frozen
class Sulk:
    """Goes on in its first attempt, whatever interrupts it."""
