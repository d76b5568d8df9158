"""Values: the calls behind Huey's key-value store: locks, rate limits, revocations, results of pipelines and chords."""

from datetime import timedelta
from typing import Any, Final

import attrs

from jobdefs.clock import to_ms
from jobdefs.storage import keys, moment
from jobdefs.storage.call import Argument, Call
from jobdefs.storage.scripts import script

_KEPT: Final = timedelta(days=30)


@attrs.frozen
class ValueCalls:
    """Builds the calls on values for one namespace. Values without a time to live are kept for 30 days."""

    namespace: str
    clock: moment.Clock = moment.servers_clock

    def read(self, name: str) -> Call[tuple[str, bytes] | None]:
        """Read a value, or else the result or error of the job with this id: its kind and its bytes."""
        return self._call("value_read", (name,), _kind_and_bytes)

    def write(self, name: str, value: bytes, ttl: timedelta = _KEPT) -> Call[None]:
        """Write a value over whatever is there."""
        return self._call("value_write", ("always", name, value, to_ms(ttl)), _nothing)

    def add(self, name: str, value: bytes, ttl: timedelta = _KEPT) -> Call[bool]:
        """Write a value unless there is one; tell whether it was written."""
        return self._call("value_write", ("new", name, value, to_ms(ttl)), bool)

    def delete(self, name: str) -> Call[bool]:
        """Delete a value; tell whether there was one."""
        return self._call("value_delete", (name,), bool)

    def count(self, name: str, amount: int, ttl: timedelta = _KEPT) -> Call[int]:
        """Add to a counter and return its new value."""
        return self._call("value_count", (name, amount, to_ms(ttl)), int)

    def revoke(self, name: str, value: bytes, ttl: timedelta = _KEPT) -> Call[None]:
        """Remember a revocation under ``r:<id>`` or ``rt:<name>``."""
        return self._call("revoke", (moment.argument(self.clock), name, value, to_ms(ttl)), _nothing)

    def revocation(self, name: str) -> Call[bytes | None]:
        """Read a revocation."""
        return self._call("revocation", (name,), _same)

    def restore(self, name: str) -> Call[bool]:
        """End a revocation; tell whether there was one."""
        return self._call("restore", (name,), bool)

    def chord(self, chord_id: str) -> Call[dict[int, bytes]]:
        """Read the values of a chord's members by their place."""
        return self._call("chord_read", (chord_id,), _members)

    def _call(self, name: str, args: tuple[Argument, ...], parse: Any) -> Call[Any]:
        return Call(script(name), (keys.meta(self.namespace),), args, parse)


def _kind_and_bytes(reply: list[bytes]) -> tuple[str, bytes] | None:
    return (reply[0].decode(), reply[1]) if reply else None


def _same(reply: bytes | None) -> bytes | None:
    return reply


def _nothing(_reply: object) -> None:
    return None


def _members(reply: list[bytes]) -> dict[int, bytes]:
    return {int(place): value for place, value in zip(reply[::2], reply[1::2], strict=True)}
