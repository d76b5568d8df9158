"""The jobs of the proof, by JOBS_MODULES; one class each, so that one handler is ``def`` and one ``async def``."""

from datetime import timedelta

import attrs

from jobdefs import RetryPolicy, define

_QUICK = RetryPolicy(attempts=3, first_delay=timedelta(milliseconds=100))


@define("CHAOS_DEF", retry=_QUICK)
@attrs.frozen
class Work:
    """Takes ``nap_ms``; fails ``failures`` times; enqueues a follow-up if it ``leads``; knows the job it follows."""

    nap_ms: int = 0
    failures: int = 0
    leads: bool = False
    follows: str = ""


@define("CHAOS_ASYNC", retry=_QUICK)
@attrs.frozen
class AsyncWork(Work):
    """The same on the event loop."""


@define("CHAOS_PILL", retry=_QUICK)
@attrs.frozen
class Pill:
    """Ends the process that runs it: by ``exit``, ``segv`` or ``memory``."""

    way: str
