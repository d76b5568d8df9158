"""What many moments come to."""

import math
from collections.abc import Sequence

from bench.race import Figures


def percentiles(name: str, values: Sequence[float]) -> Figures:
    """Return the median, the 99th percentile and the least of some values, under names that begin with this one."""
    ordered = sorted(values)
    at = {"p50": 0.5, "p99": 0.99}
    found = {f"{name} {word}": ordered[math.ceil(share * len(ordered)) - 1] for word, share in at.items()}
    return found | {f"{name} min": ordered[0]}


def names(*names: str) -> tuple[str, ...]:
    """Return what ``percentiles`` calls its figures."""
    return tuple(f"{name} {word}" for name in names for word in ("p50", "p99", "min"))
