"""Execution: the calls of a consumer that claims, settles and says that it is present."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

import attrs

from jobdefs.clock import to_ms
from jobdefs.policy import LEASE, TOMBSTONE
from jobdefs.storage import keys, moment
from jobdefs.storage.call import Argument, Call
from jobdefs.storage.contract import (
    Beat,
    Claim,
    Exchange,
    Execution,
    Lease,
    LostLease,
    Outcome,
    Room,
    Settlement,
    SettleVerdict,
)
from jobdefs.storage.scripts import script

# What goes without saying: failures, lost, generation, fence, suspect, revocations.
_FIRST_CLAIM: Final[list[Any]] = [0, 0, 0, 1, 0, b"", b""]
_VERDICTS: Final = {verdict.value.encode(): verdict for verdict in SettleVerdict}


@attrs.frozen
class ExecutionCalls(Execution):
    """Builds the calls of the Execution contract for one namespace."""

    namespace: str
    lease: timedelta = LEASE
    clock: moment.Clock = moment.servers_clock
    tombstone: timedelta = TOMBSTONE

    def exchange(
        self,
        *,
        queues: Sequence[str],
        want: int,
        suspects: int = 0,
        token: str,
        holder: str,
        settlements: Sequence[Settlement] = (),
        rooms: Sequence[Room] = (),
        again: bool = False,
    ) -> Call[Exchange]:
        """Settle finished attempts, do upkeep, claim ``want`` jobs and ``suspects`` at most under the token.

        ``rooms`` bound how many jobs of some names are claimed. ``again`` says that an earlier call with this token got
        no reply: the claims it made come back.
        """
        args: list[Argument] = [
            moment.argument(self.clock),
            to_ms(self.lease),
            token,
            "repeat" if again else "first",
            holder,
            want,
            suspects,
            to_ms(self.tombstone),
            len(queues),
            *queues,
            len(rooms),
        ]
        for room in rooms:
            args += (room.most, len(room.names), *room.names)
        args.append(len(settlements))
        for settlement in settlements:
            args += _arguments(settlement)
        return Call(script("exchange"), (keys.meta(self.namespace),), tuple(args), _Parser(token))

    def envelope_key(self, claim: Claim) -> str:
        """Return the key under which the envelope of a claim is found whole."""
        return keys.job(self.namespace, claim.id)

    def beat(self, *, holder: str, held: Sequence[Lease]) -> Call[Beat]:
        """Say that the consumer is present and extend its leases."""
        args: list[Argument] = [moment.argument(self.clock), holder, to_ms(self.lease)]
        for lease in held:
            args += (lease.id, lease.token)
        return Call(script("beat"), (keys.meta(self.namespace),), tuple(args), _beat)

    def announce(self, *, holder: str, abilities: Mapping[str, str]) -> Call[None]:
        """Say which jobs the consumer can run, by the digest of each name's definition; beats keep that in mind."""
        args: list[Argument] = [holder, to_ms(self.lease)]
        for name, digest in abilities.items():
            args += (name, digest)
        return Call(script("announce"), (keys.meta(self.namespace),), tuple(args), _nothing)


def _arguments(settlement: Settlement) -> list[Argument]:
    args: list[Argument] = [
        settlement.id,
        settlement.token,
        settlement.outcome.value,
        to_ms(settlement.keep),
        _optional_ms(settlement.keep_result),
        _optional_ms(settlement.keep_history),
        settlement.result,
    ]
    # Most attempts succeed, and then there is no more to tell.
    args += ("",) if settlement.outcome is Outcome.SUCCEEDED and not settlement.error else _more_arguments(settlement)
    args.append(len(settlement.effects))
    for effect in settlement.effects:
        args += (effect.kind, *effect.args)
    return args


def _more_arguments(settlement: Settlement) -> tuple[Argument, ...]:
    return (
        settlement.failures,
        to_ms(settlement.delay),
        settlement.error,
        # An error's text may hold lone surrogates, as names of files do that are not UTF-8.
        settlement.detail.encode("utf-8", "backslashreplace"),
        settlement.kind,
        int(settlement.own_end),
    )


def _optional_ms(duration: timedelta | None) -> Argument:
    return "" if duration is None else to_ms(duration)


def _beat(reply: list[Any]) -> Beat:
    lost, cancelled, epoch, announced, schema = reply
    return Beat(
        lost=_leases(lost),
        cancelled=_leases(cancelled),
        epoch=_text(epoch),
        announced=bool(announced),
        schema=int(schema or 0),
    )


def _nothing(_reply: object) -> None:
    return None


def _leases(reply: list[bytes]) -> tuple[Lease, ...]:
    return tuple(Lease(_text(job_id), _text(token)) for job_id, token in zip(reply[::2], reply[1::2], strict=True))


def _text(data: bytes) -> str:
    # An id that is not UTF-8 goes back as it came.
    return data.decode("utf-8", "surrogateescape")


def _lost(reply: list[Any]) -> LostLease:
    job_id, holder, silent_ms, given_up, released = reply
    silent = timedelta(milliseconds=int(silent_ms)) if silent_ms else None
    return LostLease(_text(job_id), _text(holder), silent, given_up=bool(given_up), released=bool(released))


def _moment_ms(due: bytes) -> int | None:
    # Only a score that somebody wrote by hand is no whole number.
    return int(due) if due.isdigit() else None


@attrs.frozen
class _Parser:
    """Reads the reply to an exchange whose claims carry this token."""

    token: str

    def __call__(self, reply: list[Any]) -> Exchange:
        verdicts, claims, now_ms, due, more, more_suspects, lost = reply
        return Exchange(
            verdicts=tuple(_VERDICTS[verdict] for verdict in verdicts),
            claims=tuple(self._claim(fields, now_ms) for fields in claims),
            now_ms=now_ms,
            next_due_ms=_moment_ms(due),
            more=bool(more),
            more_suspects=bool(more_suspects),
            lost=tuple(_lost(lease) for lease in lost),
        )

    def _claim(self, fields: list[Any], now_ms: int) -> Claim:
        job_id, queue, written, *more = fields
        failures, lost, generation, fence, suspect, revoked, revoked_by_name = more + _FIRST_CLAIM[len(more) :]
        return Claim(
            id=_text(job_id),
            queue=queue.decode("utf-8", "replace"),
            token=self.token,
            envelope=written,
            failures=failures,
            lost=lost,
            generation=generation,
            claimed_at_ms=now_ms,
            fence=fence,
            suspect=bool(suspect),
            revoked=revoked,
            revoked_by_name=revoked_by_name,
        )
