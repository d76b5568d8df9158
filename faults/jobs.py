"""The jobs of the proof, by JOBS_MODULES; one class each, so that one handler is ``def`` and one ``async def``."""

from datetime import timedelta

import attrs

from jobdefs import RetryPolicy, define

_QUICK = RetryPolicy(attempts=3, first_delay=timedelta(milliseconds=100))


@define("FAULTS_DEF", retry=_QUICK)
@attrs.frozen
class Work:
    """Takes ``nap_ms``; fails ``failures`` times; enqueues a follow-up if it ``leads``; knows the order it follows.

    ``order`` is the producer's own number, under which every ledger line about it stands.
    """

    order: str = ""
    nap_ms: int = 0
    failures: int = 0
    leads: bool = False
    follows: str = ""


@define("FAULTS_ASYNC", retry=_QUICK)
@attrs.frozen
class AsyncWork(Work):
    """The same on the event loop."""


@define("FAULTS_PILL", retry=_QUICK)
@attrs.frozen
class Pill:
    """Harms the process that runs it, in one of the ways of ``faults.harm``."""

    order: str
    way: str


@define("FAULTS_STUCK", retry=_QUICK, timeout=timedelta(seconds=1))
@attrs.frozen
class Stuck:
    """Never ends and ignores a cancel, on the event loop."""

    order: str
