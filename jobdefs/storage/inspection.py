"""Inspection: the calls that read jobs and count them."""

import base64
import binascii
import re
from typing import Any, Final

import attrs

from jobdefs.errors import InvalidOption
from jobdefs.record import JobRecord, Ledger, LedgerEntry, QueueCounts
from jobdefs.state import State
from jobdefs.storage import keys, moment
from jobdefs.storage.call import Call
from jobdefs.storage.contract import Inspection, KeySpace, Page
from jobdefs.storage.readback import read_record
from jobdefs.storage.scripts import script

_SCAN_BUDGET: Final = 2_000
_LISTED: Final = tuple(State)
_LEASE_BUDGET: Final = 10_000
_KEPT: Final = {"enqueued", *State}
_COUNT: Final = re.compile(rb"-?[0-9]{1,18}")
_SCORE: Final = re.compile(rb"-?([0-9.]+(e[+-]?[0-9]+)?|inf)")


@attrs.frozen
class InspectionCalls(Inspection):
    """Builds the calls of the Inspection contract for one namespace."""

    namespace: str
    clock: moment.Clock = moment.servers_clock

    def open(self, epoch: str) -> Call[KeySpace]:
        """Open the key space, making it with this epoch where there is none."""
        args = (moment.argument(self.clock), keys.SCHEMA, epoch)
        return Call(script("open"), self._keys, args, _key_space)

    def schema(self) -> Call[int | None]:
        """Read which version the key space has, None where there is none."""
        return Call(script("schema"), self._keys, (), _schema)

    def find(self, job_id: str) -> Call[JobRecord | None]:
        """Read one job; None where there is no such job."""
        return Call(script("find"), self._keys, (job_id,), _record)

    def page(self, *, state: State | None, queue: str, name: str, cursor: str | None, limit: int) -> Call[Page]:
        """Read up to ``limit`` jobs: those that wait first, then those that run, those parked, and the finished ones.

        Waiting jobs come in the order in which they will be claimed, parked ones newest first, finished ones by the end
        of their retention, latest first. ``state`` None, an empty ``queue`` and an empty ``name`` stand for all. A page
        may hold fewer jobs than asked for, or none, and still have a next one; it ends early where its envelopes have
        more than a MiB. While jobs move, one may come twice or not at all. Raises InvalidOption for a cursor that no
        page gave.
        """
        states = _LISTED if state is None else (state,)
        args = (limit, _SCAN_BUDGET, name, queue, *_read_cursor(cursor), *(listed.value for listed in states))
        return Call(script("page"), self._keys, args, _page)

    def queues(self) -> Call[tuple[QueueCounts, ...]]:
        """Count the jobs of every queue."""
        return Call(script("queues"), self._keys, (moment.argument(self.clock), _LEASE_BUDGET), _queue_counts)

    def ledger(self) -> Call[Ledger]:
        """Read for each name how many jobs were put in, and in which states they are."""
        return Call(script("ledger"), self._keys, (), _ledger)

    @property
    def _keys(self) -> tuple[str]:
        return (keys.meta(self.namespace),)


def _key_space(reply: list[Any]) -> KeySpace:
    return KeySpace(int(reply[0]), reply[1].decode(), reply[2])


def _schema(reply: bytes | None) -> int | None:
    return None if reply is None else int(reply)


def _record(reply: list[Any]) -> JobRecord | None:
    return read_record(reply) if reply else None


def _page(reply: list[Any]) -> Page:
    jobs, *place = reply
    cursor = base64.urlsafe_b64encode(b" ".join(place)).decode() if place[0] else None
    return Page(tuple(read_record(fields) for fields in jobs), cursor)


def _read_cursor(cursor: str | None) -> tuple[bytes, bytes, bytes]:
    if cursor is None:
        return b"", b"", b""
    try:
        index, score, last_id = base64.urlsafe_b64decode(cursor).split(b" ", 2)
    except (ValueError, binascii.Error):
        index, score, last_id = b"", b"", b""
    if not _SCORE.fullmatch(score):
        raise InvalidOption("cursor", "no page gave this cursor; begin again without one")
    return index, score, last_id


def _queue_counts(reply: list[Any]) -> tuple[QueueCounts, ...]:
    return tuple(_counts(fields) for fields in reply)


def _counts(fields: list[Any]) -> QueueCounts:
    name, ready, scheduled, running, suspect, oldest = fields
    return QueueCounts(
        name=name.decode("utf-8", "replace"),
        ready=ready,
        scheduled=scheduled,
        running=running,
        suspect=suspect,
        oldest_ready_ms=None if oldest == b"" else oldest,
    )


def _ledger(reply: list[Any]) -> Ledger:
    written, standing, repairs, stale = reply
    counts: dict[str, dict[str, int]] = {}
    for field, count in zip(written[::2], written[1::2], strict=True):
        kept, _, name = field.decode("utf-8", "replace").partition(" ")
        # What somebody wrote there by hand may be anything.
        if name and kept in _KEPT and _COUNT.fullmatch(count):
            counts.setdefault(name, {})[kept] = int(count)
    entries = tuple(LedgerEntry(name=name, **counts[name]) for name in sorted(counts))
    stands = {State(state.decode()): number for state, number in zip(standing[::2], standing[1::2], strict=True)}
    return Ledger(entries, {state: stands[state] for state in State if state in stands}, repairs, stale)
