"""Upkeep: the calls that look after the key space itself."""

from datetime import timedelta
from typing import Any, Final

import attrs

from jobdefs.clock import to_ms
from jobdefs.policy import LEASE, Retention
from jobdefs.state import State
from jobdefs.storage import keys, moment
from jobdefs.storage.call import Argument, Call
from jobdefs.storage.contract import Repair, Sweep, Upkeep
from jobdefs.storage.scripts import script

STEPS: Final = {1: "upgrade"}
_AT_ONCE: Final = 100
_CARRIED_AT_ONCE: Final = 5_000
_STEP: Final = timedelta(milliseconds=500)
_PASS: Final = timedelta(seconds=5)


@attrs.frozen
class UpkeepCalls(Upkeep):
    """Builds the calls of the Upkeep contract for one namespace.

    A step of the sweep looks at about ``at_once`` keys, one of an upgrade goes through ``carried_at_once`` jobs.
    """

    namespace: str
    lease: timedelta = LEASE
    clock: moment.Clock = moment.servers_clock
    at_once: int = _AT_ONCE
    carried_at_once: int = _CARRIED_AT_ONCE

    def sweep(self) -> Call[Sweep]:
        """Compare a part of the jobs with the indexes in which they stand, and mend what disagrees.

        It takes up where the last step ended, whoever took that, and does nothing before the moment that was told then.
        """
        retention = Retention()
        args: list[Argument] = [moment.argument(self.clock), self.at_once]
        args += [to_ms(_STEP), to_ms(_PASS), to_ms(self.lease)]
        for state in (State.SUCCEEDED, State.DEAD, State.CANCELLED, State.EXPIRED):
            args += (state.value, to_ms(getattr(retention, state.value)))
        return Call(script("sweep"), (keys.meta(self.namespace),), tuple(args), _sweep)

    def upgrade(self, schema: int) -> Call[bool]:
        """Carry a part of the key space over from this version to the next; False once nothing of it is left."""
        args = (moment.argument(self.clock), self.carried_at_once)
        return Call(script(STEPS[schema]), (keys.meta(self.namespace),), args, bool)


def _sweep(reply: list[Any]) -> Sweep:
    wait_ms, ended, repairs = reply
    return Sweep(
        wait=timedelta(milliseconds=wait_ms),
        ended=bool(ended),
        repairs=tuple(Repair(_text(job_id), _text(wrong)) for job_id, wrong in repairs),
    )


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
