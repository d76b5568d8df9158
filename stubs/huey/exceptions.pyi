from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

class HueyException(Exception): ...
class ConfigurationError(HueyException): ...
class TaskLockedException(HueyException): ...
class ResultTimeout(HueyException): ...
class TaskTimeout(HueyException): ...

class RateLimitExceeded(HueyException):
    key: str
    delay: float
    retry: bool
    def __init__(self, key: str, delay: float, retry: bool = True) -> None: ...

class CancelExecution(Exception):
    retry: bool | None
    def __init__(self, msg: str | None = None, retry: bool | None = None) -> None: ...

class RetryTask(Exception):
    eta: datetime | None
    delay: float | timedelta | None
    def __init__(
        self,
        msg: str | None = None,
        eta: datetime | None = None,
        delay: float | timedelta | None = None,
        *args: object,
        **kwargs: object,
    ) -> None: ...

class TaskException(Exception):
    metadata: Mapping[str, Any]
    def __init__(self, metadata: Mapping[str, Any] | None = None, *args: object) -> None: ...

RETRYING_EXCEPTIONS: tuple[type[Exception], ...]
