"""Jobs whose holders have vanished twice in a row, made without a consumer; and the processes in which they run."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from jobdefs.state import State
from jobdefs.storage.execution import ExecutionCalls
from tests.support.consumers import RunningConsumer
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


def lose_often(jobs: Jobs, job_id: str, times: int) -> None:
    """Claim a job and leave it, wherever it waits, so often; it is left claimed once more."""
    calls = ExecutionCalls(NAMESPACE, _LEASE)

    def vanish() -> bool:
        jobs.store.send(calls.beat(holder="somebody", held=[]))
        token = secrets.token_hex(16)
        jobs.store.send(calls.exchange(queues=["default"], want=1, suspects=1, token=token, holder="ghost"))
        job = jobs.find(job_id)
        return job is not None and job.lost == times and job.state is State.RUNNING

    eventually(vanish, what="a job that was lost so often")


def quarantines(running: RunningConsumer) -> list[int]:
    """Return the processes of a consumer's quarantine, whichever of its processes started them."""
    family = [running.process.pid, *running.children]
    threads = [thread for pid in family for thread in Path(f"/proc/{pid}/task").glob("*/children")]
    below = {int(child) for thread in threads for child in thread.read_text().split()}
    return [pid for pid in below if b"consumer.quarantine" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def parent_of(pid: int) -> int:
    """Return the process that started another."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
