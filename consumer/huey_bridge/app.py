"""The Huey instance that ``huey_consumer consumer.app`` runs."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from typing import Any, Final

from huey import RedisHuey
from huey import signals as S  # noqa: N812 - Huey's own convention
from huey.api import Huey, ResultGroup, Task, chord, group
from huey.exceptions import RetryTask
from huey.utils import ChordConfig, Error, noop_context

from consumer.huey_bridge import message, writing
from consumer.huey_bridge.ending import Announcement, Ending
from consumer.huey_bridge.registry import JobRegistry
from consumer.huey_bridge.serializer import TaggedSerializer
from consumer.huey_bridge.storage import LeasedStorage
from jobdefs.catalog import Catalog
from jobdefs.errors import Snooze
from jobdefs.policy import MAX_DELAY, Retention
from jobdefs.retry import RetryPolicy
from jobdefs.storage.contract import Claim, Effect
from jobdefs.storage.drivers import Store
from jobdefs.storage.inspection import InspectionCalls
from jobdefs.storage.submission import SubmissionCalls, follow_up
from jobdefs.storage.values import ValueCalls

_CHORD_KEPT_MS: Final = 30 * 24 * 3600 * 1000
_VALUE_KEPT_MS: Final = 24 * 3600 * 1000
_LOG: Final = logging.getLogger("huey")


class _Begins(BaseException):
    """Huey has reached the body of a task; the handler runs outside, and its ending is replayed afterwards."""


class JobsHuey(RedisHuey):
    """A RedisHuey whose jobs are kept under leases, and whose endings are each one atomic move."""

    def __init__(self, namespace: str, store: Store, url: str, catalog: Catalog) -> None:
        self.store = store
        self.catalog = catalog
        self.consumer_maker: Callable[[JobsHuey, dict[str, Any]], Any] | None = None
        self.submission = SubmissionCalls(namespace)
        self.inspection = InspectionCalls(namespace)
        self.values = ValueCalls(namespace)
        self._collecting = threading.local()
        super().__init__(
            namespace,
            serializer=TaggedSerializer(),
            storage_class=LeasedStorage,
            store=store,
            values=self.values,
            url=url,
        )
        self._registry = JobRegistry()

    # Enqueuing: at once, or as part of the settlement that is being collected.

    def enqueue(self, task: Task | group | chord) -> Any:
        """Put a task in, and return its result handle; inside an ending, put it in together with that.

        Where another job holds its unique key the handle is that job's; raises DuplicateJob if its definition says so.
        """
        if self.immediate or not isinstance(task, Task):
            return super().enqueue(task)
        if task.expires:
            task.resolve_expires(self.utc)
        there = self._submit(task)
        if there is task:
            self._emit(S.SIGNAL_ENQUEUED, task)
        results = self._pipeline_results(there)
        return ResultGroup(results) if len(results) > 1 else results[0]

    def add_schedule(self, task: Task) -> None:
        """Put a task in for its time; it waits in the store like every job. Raises DuplicateJob as ``enqueue`` does."""
        if self.immediate:
            super().add_schedule(task)
            return
        if self._submit(task) is task:
            self._emit(S.SIGNAL_SCHEDULED, task)

    def _submit(self, task: Task) -> Task:
        """Return the task whose job is there now."""
        job = writing.new_job(self, task)
        ending = self.ending
        if ending is None:
            (receipt,) = self.store.send(self.submission.submit([job]))
            return writing.task_of(receipt, task, job.lock)
        ending.effects.append(follow_up(job))
        return task

    # The two halves of Huey.execute, with the handler in between.

    @property
    def is_heard(self) -> bool:
        """Whether somebody wants to hear of every attempt: a hook, a receiver of signals, or a reader of Huey's log."""
        heard = self._pre_execute or self._post_execute or any(self._signal.receivers.values())
        return bool(heard) or _LOG.isEnabledFor(logging.INFO)

    def begin(self, task: Task, claim: Claim, retention: Retention) -> Ending | None:
        """Do what Huey does before a task's body: revocation, expiry, hooks. Return the ending if that ends it."""
        ending = Ending(task, claim, retention)
        task.execute = _begins  # type: ignore[method-assign]
        with self._collect(ending):
            try:
                Huey.execute(self, task)
            except _Begins:
                return None
        return ending

    def end(self, ending: Ending, value: Any) -> Ending:
        """Replay Huey's meaning of an outcome: the value, or the ending's error where there is one."""
        task, error = ending.task, ending.error
        ending.begun, ending.retries_before = True, task.retries

        def outcome() -> Any:
            if isinstance(error, Snooze):
                raise RetryTask(delay=error.delay.total_seconds())
            if error is not None:
                raise error
            return value

        task.execute = outcome  # type: ignore[method-assign]
        with self._collect(ending):
            Huey._execute(self, task, self._get_timestamp())  # noqa: SLF001 - Huey's own meaning of every ending
        return ending

    def announce(self, announcement: Announcement) -> None:
        """Send the collected signals to their receivers."""
        announcement.announce(super()._emit)

    @property
    def ending(self) -> Ending | None:
        """The ending that this thread is collecting."""
        found: Ending | None = getattr(self._collecting, "ending", None)
        return found

    @contextmanager
    def _collect(self, ending: Ending) -> Iterator[None]:
        self._collecting.ending = ending
        try:
            yield
        finally:
            self._collecting.ending = None

    # What Huey calls in an ending, collected instead of done.

    def _emit(self, signal: str, task: Task, *args: Any, **kwargs: Any) -> None:
        ending = self.ending
        if ending is None or signal == S.SIGNAL_EXECUTING:
            super()._emit(signal, task, *args, **kwargs)
        else:
            ending.signalled(signal, task, *args)

    def put_result(self, key: str, data: Any) -> Any:
        """Store a result; in an ending, the task's own one becomes part of its settlement."""
        ending = self.ending
        if ending is None:
            return super().put_result(key, data)
        if key != ending.task.id:
            ending.effects.append(Effect("value", (key, self.serializer.serialize(data), _VALUE_KEPT_MS)))
        elif not isinstance(data, Error):
            ending.result_kept = True
        return None

    def delete(self, key: str) -> bool:
        """Delete a value; the revocation of the task that ends goes with its settlement."""
        ending = self.ending
        if ending is None or key not in self._revoke_keys(ending.task):
            return super().delete(key)
        if ending.claim.revoked or ending.claim.revoked_by_name:
            ending.effects.append(Effect("restore", (key,)))
        return True

    def is_revoked(self, task: Any, timestamp: datetime | None = None, peek: bool = True) -> bool:  # noqa: FBT001, FBT002 - Huey's signature
        """Tell whether a task is revoked; revocations of a claimed job came with its claim."""
        ending = self.ending
        if ending is None or task is not ending.task:
            return super().is_revoked(task, timestamp, peek)
        claim = ending.claim
        if not claim.revoked and not claim.revoked_by_name:
            return False
        by_id, by_name = self._revoke_keys(task)
        told = ((by_id, claim.revoked), (by_name, claim.revoked_by_name))
        return any(self._is_revoked_by(key, data, timestamp) for key, data in told if data)

    def _is_revoked_by(self, key: str, data: bytes, timestamp: datetime | None) -> bool:
        revoked, over = self._check_revoked(data, timestamp, peek=False)
        if over:
            self.delete(key)
        return revoked

    def _check_chord(self, cc: ChordConfig, value: Any) -> None:
        ending = self.ending
        if ending is None:
            super()._check_chord(cc, value)
            return
        callback = writing.chord_callback(self, cc)
        args = (cc.cid, cc.idx, cc.size, self.serializer.serialize(value), _CHORD_KEPT_MS, callback)
        ending.effects.append(Effect("chord", args))

    def _requeue_task(self, task: Task, timestamp: datetime, retry_eta: datetime | None = None) -> None:
        ending = self.ending
        if ending is None:
            super()._requeue_task(task, timestamp, retry_eta)
            return
        task.retries -= 1
        ending.again = self._delay(ending, timestamp, retry_eta)
        self._emit(S.SIGNAL_SCHEDULED, task)

    def _delay(self, ending: Ending, timestamp: datetime, retry_eta: datetime | None) -> timedelta:
        if retry_eta is not None:
            return min(max(retry_eta - timestamp, timedelta(0)), MAX_DELAY)
        return self.retry_delay(ending.task, ending.claim.failures + 1)

    def retry_delay(self, task: Task, failures: int) -> timedelta:
        """Say how long a task waits after this many failures: the exponential delay hook.

        A definition's retry policy decides; a plain task's own ``retry_delay`` and ``retry_backoff`` win over the
        default policy.
        """
        definition = getattr(task, "definition", None)
        if definition is None and task.retry_delay:
            return timedelta(seconds=task.retry_delay * (task.retry_backoff or 1) ** (failures - 1))
        policy = definition.retry if definition is not None else RetryPolicy()
        return policy.delay(failures)

    def _run_pre_execute(self, task: Task) -> None:
        ending = self.ending
        # In the replay they have run already.
        if ending is None or not ending.begun:
            super()._run_pre_execute(task)

    def _timeout_context(self, task: Task) -> AbstractContextManager[None]:
        # Claimed tasks are timed where their handler runs.
        return super()._timeout_context(task) if self.immediate else noop_context()

    # Tasks and the consumer.

    def create_consumer(self, **options: Any) -> Any:
        """Return the consumer that ``huey_consumer`` runs, after all checks."""
        return super().create_consumer(**options) if self.consumer_maker is None else self.consumer_maker(self, options)

    @property
    def task_classes(self) -> dict[str, type[Task]]:
        """The task class of each definition, by its name."""
        return {name: cls for name, cls in self._registry._registry.items() if hasattr(cls, "definition")}  # noqa: SLF001

    @property
    def plain_names(self) -> list[str]:
        """The names under which jobs of plain tasks are written."""
        names = self._registry._registry.keys() - self.task_classes.keys()  # noqa: SLF001
        return [message.PREFIX + name for name in names]

    @property
    def plain_modules(self) -> list[str]:
        """The modules that plain tasks are from; whoever imports them has the same tasks."""
        found = {cls.__module__ for cls in self._registry._registry.values() if not hasattr(cls, "definition")}  # noqa: SLF001
        return sorted(found - {"__main__"})

    @property
    def has_plain_tasks(self) -> bool:
        """Whether there are tasks beside those of definitions."""
        return len(self.task_classes) < len(self._registry._registry)  # noqa: SLF001


def _begins() -> Any:
    raise _Begins
