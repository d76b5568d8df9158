"""The definitions that the benchmarks run, by JOBS_MODULES."""

import attrs

from jobdefs.definition import define


@define("BENCH_ASYNC")
@attrs.frozen
class AsyncNoop:
    """Its handler is ``async def``."""

    number: int


@define("BENCH_DEF")
@attrs.frozen
class PlainNoop:
    """Its handler is ``def``."""

    number: int


@define("BENCH_PAUSE")
@attrs.frozen
class Pause:
    """Its handler waits 20 ms for something outside, without a thread."""

    number: int


@define("BENCH_LONE", queue="lone")
@attrs.frozen
class Lone:
    """Notes when it began; it has a queue of its own, so that no backlog stands before it."""

    number: int


@define("BENCH_URGENT", priority=9)
@attrs.frozen
class Urgent:
    """Notes when it began; it goes before the backlog of its queue."""

    number: int
