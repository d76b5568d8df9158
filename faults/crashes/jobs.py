"""The jobs of the scenario that every consumer knows."""

from datetime import timedelta
from typing import Final

import attrs

from jobdefs import RetryPolicy, define

RETRY: Final = RetryPolicy(attempts=2, first_delay=timedelta(seconds=1), jitter=0)


@define("CRASH_WORK", retry=RETRY)
@attrs.frozen
class Work:
    """Fails so many times until it is replayed, and enqueues a follow-up with its success if it ``leads``."""

    failures: int = 0
    leads: bool = False
    text: str = ""
