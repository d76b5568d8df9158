"""The numbers that hold for every job unless its definition says otherwise."""

from datetime import timedelta
from typing import Final

import attrs

from jobdefs.errors import DefinitionError

DEFAULT_QUEUE: Final = "default"
DEFAULT_NAMESPACE: Final = "jobs"
LOWEST_PRIORITY: Final = 0
HIGHEST_PRIORITY: Final = 9
FIRST_VERSION: Final = 1
LAST_VERSION: Final = 9999

MAX_PAYLOAD_BYTES: Final = 256 * 1024
MAX_RESULT_BYTES: Final = 256 * 1024
MAX_DEPTH: Final = 32
MAX_HISTORY: Final = 100
MAX_BATCH: Final = 10_000
MAX_PAGE: Final = 200
MAX_DELAY: Final = timedelta(days=3650)

LEASE: Final = timedelta(seconds=30)
DRAIN: Final = timedelta(seconds=25)
STORE_DEADLINE: Final = timedelta(seconds=1)
CONFIRMATION: Final = timedelta(milliseconds=500)
TOMBSTONE: Final = timedelta(hours=24)


@attrs.frozen(kw_only=True)
class Retention:
    """How long a finished job can be looked up, and its result and history with it.

    ``result`` and ``history`` are bounded by the job's own retention, which is what they get when they are None.
    """

    succeeded: timedelta = timedelta(hours=24)
    dead: timedelta = timedelta(days=30)
    cancelled: timedelta = timedelta(hours=24)
    expired: timedelta = timedelta(hours=24)
    result: timedelta | None = None
    history: timedelta | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse what is no duration, and negative ones."""
        for field in attrs.fields(Retention):
            value = getattr(self, field.name)
            if value is None and field.default is None:
                continue
            if not isinstance(value, timedelta):
                wanted = "a timedelta, for example timedelta(hours=1)"
                raise DefinitionError(f"retention: {field.name} is {value!r}, and must be {wanted}")
            if value < timedelta(0):
                message = f"retention: {field.name} must not be negative"
                raise DefinitionError(message)
