"""The definitions that the benchmarks run, by JOBS_MODULES."""

from typing import Final

import attrs

from jobdefs.definition import define

ASYNC: Final = "BENCH_ASYNC"
PLAIN: Final = "BENCH_DEF"


@define(ASYNC)
@attrs.frozen
class AsyncNoop:
    """Its handler is ``async def``."""

    number: int


@define(PLAIN)
@attrs.frozen
class PlainNoop:
    """Its handler is ``def``."""

    number: int
