"""Huey's scheduler, left with periodic tasks: delayed jobs wait in the store and need no one to read them out."""

import calendar
import hashlib
from datetime import datetime

from huey.consumer import Scheduler


class TickScheduler(Scheduler):
    """Enqueues periodic tasks.

    The id of such a job is made of its name and its minute, so many consumers make one job.
    """

    def enqueue_periodic_tasks(self, now: datetime | None) -> None:
        """Enqueue what is due in this minute."""
        moment = now or self.huey._get_timestamp()  # noqa: SLF001 - Huey's clock, in UTC
        minute = calendar.timegm(moment.timetuple()) // 60
        for task in self.huey.read_periodic(moment):
            name = hashlib.sha256(self.huey._registry.task_to_string(type(task)).encode()).hexdigest()[:16]  # noqa: SLF001
            task.id = f"periodic:{name}:{minute}"
            task.revoke_id = f"r:{task.id}"
            self._logger.debug("Enqueueing periodic task %s.", task)
            try:
                self.huey.enqueue(task)
            except Exception:
                self._logger.exception("Error enqueueing periodic task %s.", task)
