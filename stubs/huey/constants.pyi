WORKER_THREAD: str
WORKER_GREENLET: str
WORKER_PROCESS: str
WORKER_TYPES: tuple[str, ...]

class EmptyData: ...
