"""Submission: the calls that put jobs in and move those that wait."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import attrs

from jobdefs.clock import to_epoch_ms, to_ms
from jobdefs.errors import UnreadableEnvelope
from jobdefs.state import State
from jobdefs.storage import keys, moment
from jobdefs.storage.call import Argument, Call
from jobdefs.storage.contract import Move, NewJob, Receipt, Submission
from jobdefs.storage.scripts import script


@attrs.frozen
class SubmissionCalls(Submission):
    """Builds the calls of the Submission contract for one namespace."""

    namespace: str
    clock: moment.Clock = moment.servers_clock

    def submit(self, jobs: Sequence[NewJob]) -> Call[tuple[Receipt, ...]]:
        """Put jobs in, all or none; an id that is there already is left alone.

        Reading the reply raises UnreadableEnvelope where an envelope does not begin as wire/FORMAT.md says.
        """
        args: list[Argument] = [moment.argument(self.clock)]
        for job in jobs:
            args += (job.envelope, to_ms(job.delay), "" if job.due_at is None else to_epoch_ms(job.due_at))
        return self._call("submit", args, _receipts)

    def cancel(self, job_id: str, keep: timedelta) -> Call[Move | None]:
        """Cancel a job that waits; None where there is no such job."""
        return self._call("cancel", [moment.argument(self.clock), job_id, to_ms(keep)], _move)

    def replay(self, job_id: str) -> Call[Move | None]:
        """Make a dead, cancelled, expired or parked job ready again; None where there is no such job."""
        return self._call("replay", [moment.argument(self.clock), job_id], _move)

    def _call(self, name: str, args: list[Argument], parse: Any) -> Call[Any]:
        return Call(script(name), (keys.meta(self.namespace),), tuple(args), parse)


def _receipts(reply: list[bytes]) -> tuple[Receipt, ...]:
    verdicts, states = reply[::2], reply[1::2]
    if b"unreadable" in verdicts:
        number = verdicts.index(b"unreadable") + 1
        raise UnreadableEnvelope(
            f"The store took in nothing: job {number} of {len(verdicts)} does not begin as jobdefs/wire/FORMAT.md says."
        )
    return tuple(_receipt(verdict, state) for verdict, state in zip(verdicts, states, strict=True))


def _receipt(verdict: bytes, state: bytes) -> Receipt:
    return Receipt(verdict == b"created", None if state == b"deleted" else State(state.decode()))


def _move(reply: list[bytes]) -> Move | None:
    return Move(reply[0] == b"done", State(reply[1].decode())) if reply else None
