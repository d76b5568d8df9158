"""What the post office does."""

from datetime import timedelta

import attrs

from jobdefs import RetryPolicy, define


@define("LETTER", queue="mail")
@attrs.frozen
class Letter:
    """Is delivered; the first ``failures`` attempts fail. ``async def``, with a context."""

    to: str
    failures: int = 0
    stamps: int = 0


@define("STAMP")
@attrs.frozen
class Stamp:
    """Is bought; ``def``, without a context."""

    number: int


@define("DOZE", timeout=timedelta(milliseconds=50), retry=RetryPolicy(attempts=1))
@attrs.frozen
class Doze:
    """Goes on for longer than it may, until somebody cancels it."""


@define("WAIT", retry=RetryPolicy(attempts=1))
@attrs.frozen
class Wait:
    """Asks for another time, ``times`` often."""

    times: int = 1


@define("BREAK")
@attrs.frozen
class Break:
    """Ends the test that runs it, ``loudly`` as by Ctrl-C."""

    loudly: bool = False


@define("ODDITY")
@attrs.frozen
class Oddity:
    """Has a result that cannot be written."""
