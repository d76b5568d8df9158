"""Somebody writes to the server by hand: F39."""

from collections.abc import Iterator
from typing import Any, Final

from faults.judge import Case, all_but
from faults.row import Row
from faults.stage import Stage
from jobdefs.policy import DEFAULT_NAMESPACE, DEFAULT_QUEUE
from jobdefs.record import JobRecord
from jobdefs.state import State
from jobdefs.storage.drivers import Store
from jobdefs.storage.inspection import InspectionCalls

_ROOT: Final = f"{{{DEFAULT_NAMESPACE}}}"
_KEPT: Final = "kept"
_SOME: Final = 20
_PICKLE: Final = b"cos\nsystem\n(S'touch %s'\ntR."
_HUEYS_QUEUE: Final = "huey.redis.faults"
# Keys on which no job depends; of the others each job has one of its own.
_SIDE_KEYS: Final = (
    *("parked_kinds", "revocations", "consumers", "queues", "forget", "reply:nobody", "can:nobody"),
    *(f"{kind}:strange" for kind in ("ready", "scheduled", "suspect", "wake")),
)


def _garbage(stage: Stage) -> dict[str, bytes]:
    """Return bytes that are no job, by the id under which they are to be one."""
    kinds = {
        "bytes": b"\xff\x00\xfe",
        "empty": b"",
        "object": b"{}",
        "future": b'{"v":99,"id":"x"}',
        "cut": b'{"v":1,"id":"garbage-cut","na',
        "pickle": _PICKLE % str(_harm(stage)).encode(),
    }
    copies = range(stage.either((5, 50)))
    return {f"garbage-{kind}-{number}": data for kind, data in kinds.items() for number in copies}


def _harm(stage: Stage) -> Any:
    return stage.place / "executed"


def write_garbage(stage: Stage) -> None:
    """Write bytes that are no jobs where jobs are, and strings where indexes are, while others run."""
    # What is spoiled is to be there already.
    stage.until(lambda: stage.count("start") > _SOME, "jobs that run")
    with stage.server.client() as client:
        for number, (job_id, data) in enumerate(_garbage(stage).items()):
            stage.fault("garbage", job_id)
            if not stage.is_ours:
                client.rpush(_HUEYS_QUEUE, data)
                continue
            client.set(f"{_ROOT}:job:{job_id}", data)
            client.zadd(f"{_ROOT}:ready:{DEFAULT_QUEUE}", {job_id: 0})
            if number < len(_SIDE_KEYS):
                _spoil(stage, client, _SIDE_KEYS[number])
        stage.sleep(stage.setup.lease_s)
        for key in _SIDE_KEYS if stage.is_ours else ():
            _heal(client, key)


def _spoil(stage: Stage, client: Any, key: str) -> None:
    stage.fault("spoiled", key)
    if client.exists(f"{_ROOT}:{key}"):
        client.rename(f"{_ROOT}:{key}", f"{_KEPT}:{key}")
    client.set(f"{_ROOT}:{key}", "rubbish")


def _heal(client: Any, key: str) -> None:
    client.delete(f"{_ROOT}:{key}")
    if client.exists(f"{_KEPT}:{key}"):
        client.rename(f"{_KEPT}:{key}", f"{_ROOT}:{key}")


def written(stage: Stage) -> str:
    """Tell how many jobs and keys were written by hand."""
    return f"{stage.happened('garbage')} jobs that are none, and {stage.happened('spoiled')} keys of a wrong type"


def all_parked(stage: Stage, _case: Case) -> Iterator[str]:
    """What is no job is parked with its bytes and a reason; nothing of it is executed."""
    for job_id, data in _garbage(stage).items():
        record = _found(stage, job_id)
        if not record or record.state is not State.PARKED or not record.reason or record.raw != data:
            yield f"{job_id} is {record and record.state}: {record and record.reason}"
    if _harm(stage).exists():
        yield "a pickle was executed"


def executed(stage: Stage, _case: Case) -> dict[str, str]:
    """Tell whether a pickle was executed."""
    return {"pickles executed": "yes" if _harm(stage).exists() else "no"}


def _found(stage: Stage, job_id: str) -> JobRecord | None:
    store = Store(stage.url)
    try:
        return store.send(InspectionCalls(DEFAULT_NAMESPACE).find(job_id))
    finally:
        store.close()


ROWS: Final = (
    Row(
        id="F39",
        title="somebody writes garbage and pickles where jobs are, and strings where indexes are",
        inject=write_garbage,
        evidence=written,
        promises=all_parked,
        figures=executed,
        # The store's ledger cannot know of jobs that were written past it.
        invariants=all_but("I12"),
    ),
)
