"""Submission: the calls that put jobs in and move those that wait."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

import attrs

from jobdefs.clock import to_epoch_ms, to_ms
from jobdefs.errors import UnreadableEnvelope
from jobdefs.state import State
from jobdefs.storage import keys, moment
from jobdefs.storage.call import Argument, Call
from jobdefs.storage.contract import Effect, Move, NewJob, Receipt, Submission, SubmitVerdict
from jobdefs.storage.scripts import script
from jobdefs.unique import UniqueLock

_NO_LOCK: Final = ("", "", "")
_FIELDS: Final = 3
_VERDICTS: Final = {verdict.value.encode(): verdict for verdict in SubmitVerdict}
_STATES: Final[dict[bytes, State | None]] = {b"deleted": None} | {state.value.encode(): state for state in State}


@attrs.frozen
class SubmissionCalls(Submission):
    """Builds the calls of the Submission contract for one namespace."""

    namespace: str
    clock: moment.Clock = moment.servers_clock

    def submit(self, jobs: Sequence[NewJob], *, confirm: bool = False) -> Call[tuple[Receipt, ...]]:
        """Put jobs in, all or none; an id that is there already is left alone.

        ``confirm`` makes it write something in any case, so that what waits for the write to be safe covers them all.
        Reading the reply raises UnreadableEnvelope where an envelope does not begin as wire/FORMAT.md says.
        """
        args: list[Argument] = [moment.argument(self.clock), "confirm" if confirm else ""]
        for job in jobs:
            args += (job.envelope, to_ms(job.delay), "" if job.due_at is None else to_epoch_ms(job.due_at), job.request)
            args += _lock(job.lock)
        return self._call("submit", args, _receipts)

    def cancel(self, job_id: str, keep: timedelta) -> Call[Move | None]:
        """Cancel a job, or ask its consumer to if it runs; None where there is no such job."""
        return self._call("cancel", [moment.argument(self.clock), job_id, to_ms(keep)], _move)

    def replay(self, job_id: str) -> Call[Move | None]:
        """Make a dead, cancelled, expired or parked job ready again; None where there is no such job."""
        return self._call("replay", [moment.argument(self.clock), job_id], _move)

    def _call(self, name: str, args: list[Argument], parse: Any) -> Call[Any]:
        return Call(script(name), (keys.meta(self.namespace),), tuple(args), parse)


def follow_up(job: NewJob) -> Effect:
    """Return a job as the effect of a settlement; it is due after its delay."""
    return Effect("submit", (job.envelope, to_ms(job.delay), *_lock(job.lock)))


def _lock(lock: UniqueLock | None) -> tuple[Argument, Argument, Argument]:
    if lock is None:
        return _NO_LOCK
    until = to_ms(lock.until) if isinstance(lock.until, timedelta) else lock.until.value
    return lock.key, until, lock.conflict.value


def _receipts(reply: list[bytes]) -> tuple[Receipt, ...]:
    verdicts, states, ids = (reply[place::_FIELDS] for place in range(_FIELDS))
    if b"unreadable" in verdicts:
        number = verdicts.index(b"unreadable") + 1
        raise UnreadableEnvelope(
            f"The store took in nothing: job {number} of {len(verdicts)} does not begin as jobdefs/wire/FORMAT.md says."
        )
    told = zip(verdicts, states, ids, strict=True)
    return tuple([Receipt(_VERDICTS[verdict], job_id.decode(), _STATES[state]) for verdict, state, job_id in told])


def _move(reply: list[bytes]) -> Move | None:
    if not reply:
        return None
    done, state, *holder = reply
    return Move(done == b"done", State(state.decode()), holder[0].decode() if holder else "")
