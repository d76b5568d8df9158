"""Execution: the calls of a consumer that claims, settles and says that it is present."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

import attrs

from jobdefs.clock import to_ms
from jobdefs.policy import LEASE, TOMBSTONE, Retention
from jobdefs.storage import keys, moment
from jobdefs.storage.call import Argument, Call
from jobdefs.storage.contract import Claim, Exchange, Execution, Room, Settlement, SettleVerdict
from jobdefs.storage.scripts import script

LOST_LIMIT: Final = 10

_VERDICTS: Final = {verdict.value.encode(): verdict for verdict in SettleVerdict}


@attrs.frozen
class ExecutionCalls(Execution):
    """Builds the calls of the Execution contract for one namespace."""

    namespace: str
    lease: timedelta = LEASE
    clock: moment.Clock = moment.servers_clock

    def exchange(
        self,
        *,
        queues: Sequence[str],
        want: int,
        token: str,
        holder: str,
        settlements: Sequence[Settlement] = (),
        rooms: Sequence[Room] = (),
        again: bool = False,
    ) -> Call[Exchange]:
        """Settle finished attempts, do upkeep, claim up to ``want`` jobs of the queues under the token.

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
            LOST_LIMIT,
            to_ms(Retention().dead),
            to_ms(TOMBSTONE),
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

    def beat(self, *, holder: str, held: Sequence[tuple[str, str]]) -> Call[tuple[str, ...]]:
        """Say that the consumer is present and extend its leases (id, token); the reply names those it has lost."""
        args: list[Argument] = [moment.argument(self.clock), holder, to_ms(self.lease)]
        for job_id, token in held:
            args += (job_id, token)
        return Call(script("beat"), (keys.meta(self.namespace),), tuple(args), _ids)


def _arguments(settlement: Settlement) -> list[Argument]:
    args: list[Argument] = [
        settlement.id,
        settlement.token,
        settlement.outcome.value,
        settlement.failures,
        to_ms(settlement.delay),
        to_ms(settlement.keep),
        _optional_ms(settlement.keep_result),
        _optional_ms(settlement.keep_history),
        settlement.result,
        settlement.error,
        # An error's text may hold lone surrogates, as names of files do that are not UTF-8.
        settlement.detail.encode("utf-8", "backslashreplace"),
        len(settlement.effects),
    ]
    for effect in settlement.effects:
        args += (effect.kind, *effect.args)
    return args


def _optional_ms(duration: timedelta | None) -> Argument:
    return "" if duration is None else to_ms(duration)


def _ids(reply: list[bytes]) -> tuple[str, ...]:
    return tuple(job_id.decode("utf-8", "surrogateescape") for job_id in reply)


def _moment_ms(due: bytes) -> int | None:
    # Only a score that somebody wrote by hand is no whole number.
    return int(due) if due.isdigit() else None


@attrs.frozen
class _Parser:
    """Reads the reply to an exchange whose claims carry this token."""

    token: str

    def __call__(self, reply: list[Any]) -> Exchange:
        verdicts, claims, now_ms, due, more, reclaimed = reply
        return Exchange(
            verdicts=tuple(_VERDICTS[verdict] for verdict in verdicts),
            claims=tuple(self._claim(fields, now_ms) for fields in claims),
            now_ms=now_ms,
            next_due_ms=_moment_ms(due),
            more=bool(more),
            reclaimed=reclaimed,
        )

    def _claim(self, fields: list[Any], now_ms: int) -> Claim:
        return Claim(
            id=fields[0].decode("utf-8", "surrogateescape"),
            queue=fields[1].decode("utf-8", "replace"),
            token=self.token,
            envelope=fields[2],
            failures=fields[3],
            lost=fields[4],
            generation=fields[5],
            claimed_at_ms=now_ms,
            revoked=fields[6] if len(fields) > 6 else b"",  # noqa: PLR2004 - where the script puts them
            revoked_by_name=fields[7] if len(fields) > 7 else b"",  # noqa: PLR2004
        )
