"""Jobs whose holders have vanished twice in a row, made without a consumer."""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from jobdefs.state import State
from jobdefs.storage.execution import ExecutionCalls
from tests.support.jobs import NAMESPACE, Jobs
from tests.support.waiting import eventually

_LEASE = timedelta(milliseconds=100)
_MANY = 200


def suspects(jobs: Jobs, payloads: Sequence[object]) -> list[str]:
    """Put jobs in and make suspects of them; return their ids."""
    job_ids = jobs.put_all(payloads)
    make_suspects(jobs, job_ids)
    return job_ids


def make_suspects(jobs: Jobs, job_ids: Sequence[str]) -> None:
    """Claim everything that is ready, and leave it, until these jobs are suspects."""
    calls = ExecutionCalls(NAMESPACE, _LEASE)

    def vanish() -> bool:
        # The server is not to think that nobody was there at all.
        jobs.store.send(calls.beat(holder="somebody", held=[]))
        token = secrets.token_hex(16)
        jobs.store.send(calls.exchange(queues=["default"], want=_MANY, token=token, holder="ghost"))
        return all(jobs.state(job_id) is State.SUSPECT for job_id in reversed(job_ids))

    eventually(vanish, what="suspects")
