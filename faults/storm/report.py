"""What a storm found, as tables for people."""

from collections.abc import Iterator
from typing import Final

from faults.storm.http import GROWTH_MB, HttpStorm
from faults.storm.keys import CALLS_A_SECOND, KeyStorm
from faults.storm.slow import SlowStorm

_CLASSES: Final = ("2xx", "3xx", "4xx", "5xx", "closed")


def http_table(found: HttpStorm) -> Iterator[str]:
    """Yield a line for each route and for what is no HTTP, and one for the whole."""
    yield f"{'route or input':34}{'sent':>7}" + "".join(f"{name:>8}" for name in _CLASSES)
    for row in found.rows:
        yield f"{row.subject:34}{row.sent:7,}" + "".join(f"{row.classes[name]:8,}" for name in _CLASSES)
    yield f"the service grew by {found.growth_mb:.1f} MB of {GROWTH_MB:g}; {found.good:,} good jobs went in beside it"
    yield ""


def slow_lines(found: SlowStorm) -> Iterator[str]:
    """Yield what slow sockets did."""
    took = f"{found.health_p50_ms:.1f} ms (p50), {found.health_p99_ms:.1f} ms (p99, of {found.bound_ms:.0f})"
    yield f"{found.sockets} sockets at one byte a second: /healthz took {took}; the service hung up on {found.hung_up}"
    yield ""


def key_table(found: KeyStorm) -> Iterator[str]:
    """Yield a line for each type of key, and one for the whole."""
    yield f"{'type of key':34}{'writes':>7}{'taken':>8}{'503':>8}{'other':>8}"
    for row in found.rows:
        taken, away = row.classes["202"] + row.classes["200"], row.classes["503"]
        other = row.classes.total() - taken - away
        yield f"{row.key.pattern:34}{row.writes:7,}{taken:8,}{away:8,}{other:8,}"
    grown = f"the consumer grew by {found.growth_mb:.1f} MB, the service by {found.service_growth_mb:.1f} MB"
    yield f"{grown}, of {GROWTH_MB:g}; {found.calls_a_second:.0f} calls a second of {CALLS_A_SECOND:g} afterwards"
    yield f"{found.good:,} good jobs were acknowledged, and {found.lost} of them lost"
    yield f"{found.reported} of {found.hit} jobs whose own keys were written to have run, or it is told why not"
    yield ""
