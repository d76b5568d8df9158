"""Rubbish, drawn by Hypothesis: the same for the same seed."""

import json
from collections.abc import Mapping
from typing import Any, Final, TypeVar

import hypothesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from service.options import EnqueueOptions

T = TypeVar("T")

_DEEP: Final = 100_000
_DIGITS: Final = 5_000_000
_NUMBERS: Final = ("NaN", "-Infinity", "1e999999", "-0", "1e-400", str(2**64), "1" * 5_000, "01", "0x1")
_TEXTS: Final = ("\x00", "\ud800", "\u202e", "a" * 3_000, "../..", "{{7*7}}", "%s%n", "\r\nX: y", "'; --")

texts: Final = st.one_of(st.sampled_from(_TEXTS), st.text(max_size=40))
values: Final = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=12,
)
_NAMES: Final = tuple(
    sorted({*EnqueueOptions.__annotations__, "delay_ms", "expires_in_ms", "unique_for_ms", "rubbish"})
)
_options: Final = st.fixed_dictionaries({}, optional=dict.fromkeys(_NAMES, values))
_payloads: Final = st.one_of(values, st.fixed_dictionaries({"message": values}, optional={"number": values}))
_entries: Final = st.tuples(_options, _payloads, texts).map(lambda it: {**it[0], "payload": it[1], "name": it[2]})


def _text(value: Any) -> bytes:
    # As json writes it: NaN, lone surrogates and integers of any size included.
    return json.dumps(value).encode()


def _broken_lines(entries: list[dict[str, Any]]) -> bytes:
    return b"\n".join([*map(_text, entries), b'{"name":', b"", b"\xff", *map(_text, entries)])


_numbers: Final = st.sampled_from(_NUMBERS).map(lambda number: b'{"payload":{"number":%b}}' % number.encode())
_surrogate: Final = rb'{"payload":{"message":"\ud800"}}'

BODIES: Final[Mapping[str, st.SearchStrategy[bytes]]] = {
    "none": st.just(b""),
    "any JSON": values.map(_text),
    "an enqueue": st.tuples(_options, _payloads).map(lambda it: _text({**it[0], "payload": it[1]})),
    "many": st.lists(_entries, max_size=5).map(lambda entries: _text({"jobs": entries})),
    "lines": st.lists(_entries, min_size=1, max_size=5).map(_broken_lines),
    "numbers": _numbers,
    "a key twice": st.just(b'{"payload":{"message":"a","message":"b"},"payload":{}}'),
    "surrogates": st.just(_surrogate),
    "100,000 deep": st.sampled_from([b"[", b'{"payload":']).map(lambda opening: opening * _DEEP),
    "5 MB integer": st.just(b'{"payload":' + b"9" * _DIGITS + b"}"),
    "cut off": st.tuples(_options, st.integers(1, 40)).map(lambda it: _text({**it[0], "payload": {}})[: -it[1]]),
    "bytes": st.binary(min_size=1, max_size=200),
    "too large": st.integers(262_145, 400_000).map(lambda size: b'{"payload":"' + b"x" * size + b'"}'),
}


def drawn(strategy: st.SearchStrategy[T], count: int, seed: int) -> list[T]:
    """Return up to so many values, at least one; fewer where a strategy has no more."""
    found: list[T] = []

    @hypothesis.seed(seed)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(value: T) -> None:
        found.append(value)

    collect()
    return found
