"""The consumer's settings."""

import attrs

from jobdefs.policy import DRAIN, LEASE
from jobdefs.runtime.readings import queues, seconds, text, whole
from jobdefs.runtime.settings import StoreSettings, setting


@attrs.frozen(kw_only=True)
class ConsumerSettings(StoreSettings):
    """What a consumer runs, and how long it holds on to it."""

    handlers: str = setting("", text, "Modules with handlers, separated by commas")
    queues: str = setting(
        "", queues, "Queues to serve, separated by commas; empty: default, and those that its definitions name"
    )
    lease: float = setting(
        LEASE.total_seconds(),
        seconds(1, 3600),
        "How long a job stays with a consumer that gives no sign of life (seconds)",
    )
    drain: float = setting(
        DRAIN.total_seconds(), seconds(0, 3600), "How long running jobs may take to finish after SIGTERM (seconds)"
    )
    concurrency: int = setting(200, whole(1, 10_000), "How many async handlers run at once")
