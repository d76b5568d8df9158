"""Huey's storage on our scripts: its key-value store; its queue and schedule are replaced by the app itself."""

import json
import time
from datetime import datetime, timedelta
from typing import Any, Final, NoReturn

from huey.constants import EmptyData
from huey.exceptions import ConfigurationError
from huey.storage import RedisStorage
from huey.utils import Error

from consumer.huey_bridge.serializer import TaggedSerializer
from jobdefs.storage.drivers import Store
from jobdefs.storage.values import ValueCalls

_REVOCATIONS: Final = ("r:", "rt:")
_FIRST_LOOK_S: Final = 0.002


class LeasedStorage(RedisStorage):
    """What Huey keeps beside jobs: locks, rate limits, revocations, results. Reading a result leaves it where it is."""

    priority = True

    def __init__(self, name: str, *, store: Store, values: ValueCalls, url: str) -> None:
        super().__init__(name, url=url)
        self._store = store
        self._values = values

    def close(self) -> None:
        """Close the connections; they open again at the next use, so a forked child gets its own."""
        self._store.close()

    def put_data(self, key: str, value: bytes, is_result: bool = False) -> None:  # noqa: FBT001, FBT002, ARG002 - Huey's signature
        """Write a value, or remember a revocation."""
        self._store.send(
            self._values.revoke(key, value) if key.startswith(_REVOCATIONS) else self._values.write(key, value)
        )

    def peek_data(self, key: str) -> bytes | type[EmptyData]:
        """Read a value, a revocation, or what a finished job left behind: its result, or its error as Huey's Error."""
        if key.startswith(_REVOCATIONS):
            revocation = self._store.send(self._values.revocation(key))
            return EmptyData if revocation is None else revocation
        found = self._store.send(self._values.read(key))
        if found is None:
            return EmptyData
        kind, value = found
        return _as_error(key, value) if kind == "error" else value

    # Results leave when their retention ends, so that everybody who waits for one can read it.
    pop_data = peek_data

    def peek_many(self, keys: list[str]) -> dict[str, bytes]:
        """Read several values."""
        found = {key: self.peek_data(key) for key in keys}
        return {key: value for key, value in found.items() if isinstance(value, bytes)}

    def wait_result(
        self, key: str, timeout: float | None = None, backoff: float = 1.15, max_delay: float = 1.0
    ) -> bool:
        """Wait until there is a result, looking often at first; all durations are in seconds."""
        deadline = None if timeout is None else time.monotonic() + timeout
        pause = _FIRST_LOOK_S
        while not self.has_data_for_key(key):
            if deadline is not None and time.monotonic() >= deadline:
                return False
            time.sleep(min(pause, max_delay, 0.1))
            pause *= backoff
        return True

    def delete_data(self, key: str) -> bool:
        """Delete a value or a revocation."""
        return self._store.send(self._values.restore(key) if key.startswith(_REVOCATIONS) else self._values.delete(key))

    def has_data_for_key(self, key: str) -> bool:
        """Tell whether there is a value or a result."""
        return self.peek_data(key) is not EmptyData

    def put_if_empty(self, key: str, value: bytes, ttl: float | None = None) -> bool:
        """Write a value unless there is one; ``ttl`` is in seconds."""
        call = self._values.add(key, value) if ttl is None else self._values.add(key, value, timedelta(seconds=ttl))
        return self._store.send(call)

    def incr(self, key: str, amount: int = 1) -> int:
        """Add to a counter."""
        return self._store.send(self._values.count(key, amount))

    def delete_counter(self, key: str) -> None:
        """Delete a counter."""
        self._store.send(self._values.delete(key))

    def enqueue(self, data: bytes, priority: int | None = None) -> NoReturn:  # noqa: ARG002 - Huey's signature
        """Refuse: jobs go through the app, which keeps them under leases."""
        _refuse("storage.enqueue", "call app.enqueue(task)")

    def dequeue(self) -> NoReturn:
        """Refuse: a job is claimed under a lease."""
        _refuse("storage.dequeue", "run huey_consumer consumer.app")

    def add_to_schedule(self, data: bytes, ts: datetime) -> NoReturn:  # noqa: ARG002 - Huey's signature
        """Refuse: delayed jobs go through the app."""
        _refuse("storage.add_to_schedule", "call app.add_schedule(task)")

    def read_schedule(self, ts: datetime) -> list[bytes]:  # noqa: ARG002 - Huey's signature
        """Return nothing: delayed jobs wait in the store, and no program ever takes them out to hold them."""
        return []

    def flush_all(self) -> NoReturn:
        """Refuse: it would lose jobs."""
        _refuse("flush", "delete the namespace's keys by hand if you are sure")

    flush_queue = flush_schedule = flush_results = flush_counters = flush_all


def _as_error(job_id: str, stored: bytes) -> bytes:
    error = json.loads(stored)
    metadata: dict[str, Any] = {
        "error": f"{error['type']}({error['message']!r})",
        "retries": 0,
        "traceback": error["traceback"],
        "task_id": job_id,
    }
    return TaggedSerializer().serialize(Error(metadata))


def _refuse(what: str, instead: str) -> NoReturn:
    message = f"{what} is not available, since it could lose jobs; {instead}"
    raise ConfigurationError(message)
