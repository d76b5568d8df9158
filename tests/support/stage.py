"""A stage for storage tests: one namespace on a real server, with its time in the hand of the test."""

import itertools
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

import redis

from jobdefs.record import Envelope, JobRecord
from jobdefs.state import State
from jobdefs.storage.call import Call
from jobdefs.storage.contract import (
    Beat,
    Claim,
    Exchange,
    Lease,
    Move,
    NewJob,
    Outcome,
    Receipt,
    Settlement,
    SettleVerdict,
)
from jobdefs.storage.drivers import Store
from jobdefs.storage.execution import ExecutionCalls
from jobdefs.storage.inspection import InspectionCalls
from jobdefs.storage.submission import SubmissionCalls
from jobdefs.storage.values import ValueCalls
from jobdefs.wire import envelope

NAMESPACE: Final = "t"
START_MS: Final = 1_800_000_000_000
LEASE: Final = timedelta(seconds=30)
SECOND: Final = timedelta(seconds=1)
MILLISECOND: Final = timedelta(milliseconds=1)
HOUR: Final = timedelta(hours=1)


def new_job(
    job_id: str,
    *,
    name: str = "TEST_JOB",
    queue: str = "default",
    priority: int = 0,
    payload: bytes = b"{}",
    **more: Any,
) -> NewJob:
    """Return a job as a producer would make it; ``more`` is its delay, due_at, request or lock."""
    written = Envelope(id=job_id, name=name, queue=queue, priority=priority, payload=payload)
    return NewJob(envelope=envelope.write(written), **more)


def lease_of(claim: Claim) -> Lease:
    """Return the lease of a claim."""
    return Lease(claim.id, claim.token)


class Stage:
    """Sends calls and moves time; every exchange has a fresh token unless it is given one."""

    def __init__(self, store: Store, client: redis.Redis) -> None:
        self.store = store
        self.client: Any = client
        self.now_ms = START_MS
        self.submission = SubmissionCalls(NAMESPACE, self._clock)
        self.execution = ExecutionCalls(NAMESPACE, LEASE, self._clock)
        self.inspection = InspectionCalls(NAMESPACE, self._clock)
        self.values = ValueCalls(NAMESPACE, self._clock)
        self._tokens = (f"token{number}" for number in itertools.count())

    def _clock(self) -> int:
        return self.now_ms

    def send(self, call: Call[Any]) -> Any:
        """Send any call."""
        return self.store.send(call)

    def wait(self, duration: timedelta) -> None:
        """Let time pass."""
        self.now_ms += duration // MILLISECOND

    def submit(self, *job_ids: str, **options: Any) -> tuple[Receipt, ...]:
        """Put jobs in that differ by their ids only."""
        return self.submit_all([new_job(job_id, **options) for job_id in job_ids])

    def submit_all(self, jobs: Sequence[NewJob]) -> tuple[Receipt, ...]:
        """Put jobs in."""
        return self.store.send(self.submission.submit(jobs))

    def cancel(self, job_id: str, keep: timedelta = HOUR) -> Move | None:
        """Cancel a job."""
        return self.store.send(self.submission.cancel(job_id, keep))

    def replay(self, job_id: str) -> Move | None:
        """Replay a job."""
        return self.store.send(self.submission.replay(job_id))

    def exchange(
        self, *settlements: Settlement, queues: Sequence[str] = ("default",), want: int = 0, **more: Any
    ) -> Exchange:
        """Exchange, wanting nothing unless told."""
        options = {"token": next(self._tokens), "holder": "h"} | more
        return self.store.send(self.execution.exchange(queues=queues, want=want, settlements=settlements, **options))

    def tell(self, settlements: Sequence[Settlement]) -> None:
        """Settle, in as many exchanges as it takes."""
        while settlements:
            settlements = settlements[len(self.exchange(*settlements).verdicts) :]

    def claim(self, want: int = 1, **more: Any) -> tuple[Claim, ...]:
        """Claim jobs."""
        return self.exchange(want=want, **more).claims

    def claim_one(self, **more: Any) -> Claim:
        """Claim the one next job."""
        (claimed,) = self.claim(1, **more)
        return claimed

    def settle(self, claim: Claim, outcome: Outcome = Outcome.SUCCEEDED, **fields: Any) -> SettleVerdict:
        """Settle one claim."""
        (verdict,) = self.exchange(ending(claim, outcome, **fields)).verdicts
        return verdict

    def lose(self, times: int = 1, **more: Any) -> Exchange:
        """Claim the next job and vanish, several times; return the exchange that notices the last loss."""
        for _ in range(times):
            self.claim_one(**{"holder": "vanishing"} | more)
            self.wait(LEASE)
        return self.exchange()

    def beat(self, *claims: Claim, holder: str = "h") -> Beat:
        """Say that a consumer is there."""
        return self.store.send(self.execution.beat(holder=holder, held=[lease_of(claim) for claim in claims]))

    def find(self, job_id: str) -> JobRecord:
        """Read a job that must be there."""
        record = self.store.send(self.inspection.find(job_id))
        assert record is not None
        return record

    def state(self, job_id: str) -> State | None:
        """Tell a job's state, None where there is no such job."""
        record = self.store.send(self.inspection.find(job_id))
        return record.state if record else None

    def key(self, *parts: str) -> str:
        """Return a key of the namespace."""
        return ":".join((f"{{{NAMESPACE}}}", *parts))

    def dump(self) -> dict[bytes, bytes]:
        """Return everything that the server holds."""
        return {key: self.client.dump(key) for key in self.client.scan_iter(count=1000)}

    def indexes(self) -> dict[str, list[str]]:
        """Return for each job the states in whose indexes it stands."""
        found: dict[str, list[str]] = {}
        for key in self.client.scan_iter(count=1000):
            if state := _state_of(key.decode().removeprefix(self.key("")).split(":")):
                for job_id in self.client.zrange(key, 0, -1):
                    found.setdefault(job_id.decode(), []).append(state)
        return found

    def ledger(self, name: str = "TEST_JOB") -> dict[str, int]:
        """Return what the ledger says of a name, without the zeros; what was put in must be what there is."""
        fields = {field.decode().split(" ", 1)[0]: int(count) for field, count in self._ledger(name)}
        assert fields.get("enqueued", 0) == sum(count for state, count in fields.items() if state != "enqueued")
        assert all(count >= 0 for count in fields.values())
        return {state: count for state, count in fields.items() if count}

    def _ledger(self, name: str) -> list[tuple[bytes, bytes]]:
        kept = self.client.hgetall(self.key("ledger")).items()
        return [(field, count) for field, count in kept if field.endswith(b" " + name.encode())]


def _state_of(parts: list[str]) -> str | None:
    """Return the state in whose index a key's jobs are, by the parts of its name; None for any other key."""
    if parts[0] == "final":
        return parts[1]
    if parts in (["leases"], ["parked"]):
        return {"leases": "running"}.get(parts[0], parts[0])
    return parts[0] if parts[0] in ("ready", "scheduled", "suspect") else None


def ending(claim: Claim, outcome: Outcome = Outcome.SUCCEEDED, **fields: Any) -> Settlement:
    """Return the settlement of a claim."""
    return Settlement(id=claim.id, token=claim.token, outcome=outcome, **fields)
