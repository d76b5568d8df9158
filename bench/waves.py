"""Jobs that come in waves and go all ways that there are, through the calls that programs make."""

import itertools
import time
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any, Final

from jobdefs.policy import LEASE
from jobdefs.record import Envelope
from jobdefs.storage.contract import Claim, Effect, Exchange, NewJob, Outcome, Settlement
from jobdefs.storage.drivers import Store
from jobdefs.storage.execution import ExecutionCalls
from jobdefs.storage.submission import SubmissionCalls
from jobdefs.storage.values import ValueCalls
from jobdefs.unique import UniqueLock, Until
from jobdefs.wire import envelope

NAMESPACE: Final = "jobs"
WAVE: Final = 100
MOMENT: Final = timedelta(milliseconds=1)
_YEAR: Final = timedelta(days=365)
_NAMES: Final = ("TEST_JOB", "SEND", "CHARGE")
_ENDS: Final = (Outcome.DEAD, Outcome.EXPIRED, Outcome.CANCELLED, Outcome.FAILED, Outcome.SNOOZED, Outcome.SUCCEEDED)
_ALL: Final = 200


class Waves:
    """Time passes as it is told to; whatever has a time to live of its own on the server lives for a millisecond."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.jobs = 0
        self._now_ms = round(time.time() * 1000)
        self._numbers = (f"{number:032x}" for number in itertools.count())
        self._submission = SubmissionCalls(NAMESPACE, self.clock)
        self._execution = ExecutionCalls(NAMESPACE, LEASE, self.clock, tombstone=MOMENT)
        self._values = ValueCalls(NAMESPACE, self.clock)

    def clock(self) -> int:
        """Return the moment that it is, in milliseconds."""
        return self._now_ms

    def wait(self, duration: timedelta) -> None:
        """Let time pass."""
        self._now_ms += duration // MOMENT

    def wave(self) -> None:
        """Let a hundred jobs come, be cancelled, fail, be parked, be replayed, become suspects, and end at last."""
        self._come()
        claims = self._exchange(want=_ALL).claims
        lost, parked, others = claims[:2], claims[2:12], claims[12:]
        ends = [_end(claim, outcome) for claim, outcome in zip(others, itertools.cycle(_ENDS), strict=False)]
        self._tell([*ends, *(_end(claim, Outcome.PARKED) for claim in parked)])
        for claim in (*parked[:5], *others[:6]):
            self.store.send(self._submission.replay(claim.id))
        self._vanish()
        self._work(without={claim.id for claim in lost})
        self._vanish()
        self._work()

    def rest(self) -> None:
        """Let a year pass, and upkeep remove what is over."""
        self.wait(_YEAR)
        for _ in range(self.jobs // WAVE + 2):
            self._exchange()

    def _come(self) -> None:
        """Put jobs in: later and at once, with callbacks, asked for twice, unique and refused, and cancelled."""
        plain = [self._job(name, delay=delay) for name in _NAMES for delay in (timedelta(0), MOMENT)]
        asked = [self._job(request="ab" * 16) for _ in range(10)]
        scopes = (*Until, MOMENT)
        unique = [self._job(lock=UniqueLock(key=f"{n // 2}", until=scopes[n % 3])) for n in range(12)]
        rest = [self._job() for _ in range(WAVE - len(plain) - len(asked) - len(unique))]
        self.store.send(self._submission.submit([*rest, *plain, *asked, *asked, *unique]))
        for job_id in map(_id, rest[:8]):
            self.store.send(self._submission.cancel(job_id, MOMENT))
            self.store.send(self._values.revoke(f"r:{job_id}", b"revoked", MOMENT))
            self.store.send(self._values.count(job_id, 1, MOMENT))
        # Its digest is another one than that of whoever parks jobs here.
        self.store.send(self._execution.announce(holder="bench", abilities=dict.fromkeys(_NAMES, "d2")))

    def _job(self, name: str = _NAMES[0], **more: Any) -> NewJob:
        written = Envelope(id=next(self._numbers), name=name, queue="default", priority=0, payload=b'{"message":"hi"}')
        self.jobs += 1
        return NewJob(envelope=envelope.write(written), **more)

    def _vanish(self) -> None:
        """Let two leases pass in which somebody beats and holds nothing."""
        for _ in range(8):
            self.wait(LEASE / 4)
            self.store.send(self._execution.beat(holder="bench", held=()))
        self._exchange()

    def _work(self, without: Collection[str] = ()) -> None:
        """Run everything to its end, except for some, of whose claims nothing is heard any more."""
        while claims := self._exchange(want=_ALL, suspects=1).claims:
            self._tell([_end(claim, Outcome.SUCCEEDED) for claim in claims if claim.id not in without])
            self.wait(MOMENT)

    def _tell(self, settlements: Sequence[Settlement]) -> None:
        """Tell the store of ends, in as many exchanges as it takes."""
        while settlements:
            settlements = settlements[len(self._exchange(*settlements).verdicts) :]

    def _exchange(self, *settlements: Settlement, want: int = 0, suspects: int = 0) -> Exchange:
        more: dict[str, Any] = {"queues": ["default"], "holder": "bench", "settlements": settlements}
        call = self._execution.exchange(token=next(self._numbers), want=want, suspects=suspects, **more)
        return self.store.send(call)


def _end(claim: Claim, outcome: Outcome) -> Settlement:
    callback = Envelope(id=f"{claim.id}.c", name=_NAMES[2], queue="default", priority=0, payload=b"{}")
    chord = Effect("chord", (claim.id, 0, 1, b"1", 1, envelope.write(callback)))
    return Settlement(
        id=claim.id,
        token=claim.token,
        outcome=outcome,
        failures=claim.failures + 1,
        delay=MOMENT,
        keep=timedelta(minutes=1),
        keep_result=MOMENT,
        result=b'"done"',
        detail="bench",
        kind=f"d1:{_NAMES[1]}",
        effects=[Effect("value", (claim.id, b"1", 1)), *([chord] if claim.id.endswith("0") else [])],
    )


def _id(job: NewJob) -> str:
    return envelope.read(job.envelope).id
