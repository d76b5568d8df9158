"""Carries an older key space over, beside the requests: these wait for it a moment, and are answered 503 after that."""

import asyncio
from collections.abc import Sequence
from typing import Final

from loguru import logger

from jobdefs.errors import JobsError, StoreUnavailable
from jobdefs.storage.call import Call
from jobdefs.storage.drivers import AsyncStore

_PATIENCE_S: Final = 0.5

Steps = Sequence[tuple[str, Call[bool]]]


class Carrier:
    """Takes the steps one after another, whatever becomes of the request that found the older key space."""

    def __init__(self, store: AsyncStore) -> None:
        self._store = store
        self._task: asyncio.Task[None] | None = None

    @property
    def at_work(self) -> bool:
        """Whether a key space is being carried over."""
        return self._task is not None and not self._task.done()

    async def carry(self, steps: Steps) -> None:
        """Return when all steps are done; raises StoreUnavailable where they take longer than a request may wait."""
        if not self.at_work:
            self._task = asyncio.create_task(self._take(steps))
        task = self._task
        if task is None or not (await asyncio.wait({task}, timeout=_PATIENCE_S))[0]:
            raise self._unfinished()
        if task.cancelled() or task.exception() is not None:
            # Whoever comes next begins anew, where this one ended.
            raise task.exception() or self._unfinished()

    def _unfinished(self) -> StoreUnavailable:
        error = StoreUnavailable(
            f"The key space at {self._store.shown} was left by an older version and is being carried over to this one; "
            "try again shortly."
        )
        error.answered = True
        return error

    async def _take(self, steps: Steps) -> None:
        for what, step in steps:
            logger.info("carrying the key space over {}", what)
            try:
                while await self._store.send(step):
                    pass
            except JobsError as error:
                logger.warning("the key space is not carried over yet: {}", error)
                raise
            logger.info("carried the key space over {}", what)
