from collections.abc import Callable
from typing import Any

from huey.api import Task

SIGNAL_CANCELED: str
SIGNAL_COMPLETE: str
SIGNAL_ERROR: str
SIGNAL_EXECUTING: str
SIGNAL_EXPIRED: str
SIGNAL_LOCKED: str
SIGNAL_RETRYING: str
SIGNAL_REVOKED: str
SIGNAL_SCHEDULED: str
SIGNAL_INTERRUPTED: str
SIGNAL_ENQUEUED: str
SIGNAL_TIMEOUT: str
SIGNAL_RATE_LIMITED: str

class Signal:
    receivers: dict[str, list[Callable[..., object]]]
    def connect(self, receiver: Callable[..., object], *signals: str) -> None: ...
    def disconnect(self, receiver: Callable[..., object], *signals: str) -> None: ...
    def send(self, signal: str, task: Task, *args: Any, **kwargs: Any) -> None: ...
