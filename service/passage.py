"""Passage: the one way from the service to the store."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Final, TypeVar

from loguru import logger

from jobdefs.durability import MEMORY, Durability
from jobdefs.errors import JobsError, NotDurable, StoreUnavailable, StoreUnsuitable
from jobdefs.storage import key_space
from jobdefs.storage.call import Call
from jobdefs.storage.confirmation import Confirmation, confirmation, hindrance
from jobdefs.storage.contract import NewJob, Receipt
from jobdefs.storage.drivers import AsyncStore
from jobdefs.storage.inspection import InspectionCalls
from jobdefs.storage.server import Server
from jobdefs.storage.submission import SubmissionCalls
from jobdefs.storage.suitability import Watch
from service.breaker import Breaker
from service.carrier import Carrier
from service.group_commit import GroupCommit

R = TypeVar("R")
_MENDED: Final = "the store can keep the promises again"


class Passage:
    """Lets requests through to a server that is there and keeps its promises, each within the store's deadline.

    Every coroutine raises StoreUnavailable (at once, while the breaker is open) or StoreUnsuitable. ``durability`` is
    what is wanted where a submission asks for nothing.
    """

    def __init__(self, store: AsyncStore, namespace: str, durability: Durability | None = None) -> None:
        self._store = store
        self._namespace = namespace
        self._inspection = InspectionCalls(namespace)
        self._submission = SubmissionCalls(namespace)
        self._default = MEMORY if durability is None else durability
        self._watch = Watch(store.shown)
        self._breaker = Breaker()
        self._opened = self._begun = self._told_silence = False
        self._turn = asyncio.Lock()
        self._carrier = Carrier(store)
        self._groups: dict[Durability, GroupCommit] = {}
        self._complaint = self._newer = ""

    async def send(self, call: Call[R]) -> R:
        """Send a call to a server that was suitable when it was met."""
        self._admit()
        async with self._answering():
            if not self._opened:
                await self._meet()
            return await self._store.send(call)

    async def submit(self, jobs: Sequence[NewJob], asked: Durability | None) -> tuple[Sequence[Receipt], Durability]:
        """Put jobs in, all or none, and return how safe they are, too. Also raises StoreFull, NotDurable or StoreError.

        They share their call with what others submit at the same moment and level.
        """
        level = self._default if asked is None else asked
        self._admit()
        group = self._groups.get(level)
        if group is None:
            group = self._groups[level] = GroupCommit(partial(self._commit, level))
        return await group.submit(jobs)

    async def _commit(
        self, level: Durability, jobs: Sequence[NewJob], since: float
    ) -> tuple[Sequence[Receipt], Durability]:
        waited_s = asyncio.get_running_loop().time() - since
        async with self._answering(waited_s):
            await self._meet()
            wanted = self._confirmation(level, self._watch.require())
            if wanted is None:
                return await self._store.send(self._submission.submit(jobs)), MEMORY
            receipts, missing = await self._store.confirmed(self._submission.submit(jobs, confirm=True), wanted)
            if not missing:
                return receipts, wanted.level
            self._watch.doubt(refuted=level != MEMORY)
            if level != MEMORY:
                raise wanted.failure(self._store.shown, missing)
            return receipts, MEMORY

    def _confirmation(self, level: Durability, server: Server) -> Confirmation | None:
        """Return what confirms a level; where none is asked for, that of the server, which may have changed since."""
        try:
            return confirmation(server.durability if level == MEMORY else level, server, self._store.shown)
        except NotDurable:
            self._watch.doubt(refuted=False)
            raise

    @property
    def carries_over(self) -> bool:
        """Whether an older key space is being carried over, so that nothing else can be done for the moment."""
        return self._carrier.at_work

    async def check(self) -> None:
        """Return when the server has shown that it takes jobs in, and can keep the promises and the default level.

        It is asked even while the breaker is open. Raises StoreFull, too.
        """
        async with self._answering():
            await self._meet(again=bool(self._complaint))
            # A server that is full, or cannot write to its disk, refuses to take in even nothing.
            await self._store.send(self._submission.submit([]))
        if self._complaint:
            raise StoreUnsuitable(self._complaint)

    def _admit(self) -> None:
        if not self._breaker.admits():
            raise StoreUnavailable(
                f"The server at {self._store.shown} gave no answer the last times, and is asked once a second until it "
                "does; check that it runs and is not overloaded, then try again."
            )

    @asynccontextmanager
    async def _answering(self, waited_s: float = 0) -> AsyncIterator[None]:
        asked_at = time.monotonic() - waited_s
        try:
            async with self._store.bounded(-waited_s):
                yield
        except StoreUnavailable as error:
            if error.answered:
                self._note_answer()
                self._watch.doubt(refuted=False)
            else:
                self._note_silence(time.monotonic() - asked_at)
                # What comes back may be another server, or an empty one.
                met, self._opened = self._opened, False
                self._watch.forget()
                if met:
                    await self._store.hang_up()
            raise
        except JobsError:
            self._note_answer()
            raise
        self._note_answer()

    def _note_answer(self) -> None:
        if self._told_silence:
            self._told_silence = False
            logger.info("the server at {} answers again", self._store.shown)
        self._breaker.succeeded()

    def _note_silence(self, waited_s: float) -> None:
        self._breaker.failed(waited_s)
        # A program that only begins tells it by itself, and ends.
        if not self._told_silence and (self._begun or self._breaker.is_open):
            self._told_silence = True
            logger.warning("the server at {} gives no answer; nothing can be enqueued until it does", self._store.shown)

    async def _meet(self, *, again: bool = False) -> None:
        """Read what the server is and open the key space, unless another request has just done so."""
        if self._opened and not (again or self._watch.is_stale):
            return
        async with self._turn:
            if self._watch.is_stale or again:
                await self._watch.read_async(self._store)
                if self._watch.problem:
                    # The address may lead to another server by now.
                    await self._store.hang_up()
                self._complain(self._watch.problem or self._newer or self._shortcoming())
                if self._opened and not self._watch.problem:
                    await self._open()
            if not self._opened:
                self._watch.require()
                await self._open()

    async def _open(self) -> None:
        """Open the key space, which may have become newer than this program since."""
        space = await self._store.send(self._inspection.open(secrets.token_hex(16)))
        before, self._newer = self._newer, key_space.newer(space.schema, self._store.shown)
        if self._newer != before:
            self._complain(self._newer)
        if self._newer:
            self._opened = False
            raise StoreUnsuitable(self._newer)
        if steps := tuple(key_space.upgrades(space, self._namespace)):
            await self._carrier.carry(steps)
        self._opened = self._begun = True

    def _complain(self, complaint: str) -> None:
        before, self._complaint = self._complaint, complaint
        # A program that only begins tells it by itself, and ends.
        if self._complaint != before and self._begun:
            logger.log("ERROR" if self._complaint else "INFO", "{}", self._complaint or _MENDED)

    def _shortcoming(self) -> str:
        why = hindrance(self._default, self._watch.require())
        return f"JOBS_DURABILITY is {self._default}, and the server at {self._store.shown} {why}." if why else ""
