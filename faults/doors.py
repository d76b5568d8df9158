"""The ways to put a job in: from Python, and over HTTP."""

from typing import Any, Final, Protocol, Self

import aiohttp
import attrs

from faults.jobs import AsyncWork, Pill, Stuck, Work
from faults.orders import Order
from jobdefs import load_catalog
from jobdefs.clock import to_ms
from jobdefs.errors import DuplicateJob, StoreError
from jobdefs.storage.drivers import AsyncStore
from service.idempotency import job_id
from service.queue import QueueService

MODULES: Final = "faults.jobs"
_DEADLINE: Final = aiohttp.ClientTimeout(total=5)
_TAKEN: Final = (200, 202)
_CONFLICT: Final = 409
_NAMES: Final = {Work: "FAULTS_DEF", AsyncWork: "FAULTS_ASYNC", Pill: "FAULTS_PILL", Stuck: "FAULTS_STUCK"}


@attrs.frozen
class Answer:
    """What an enqueue was answered: ``ack`` or ``held`` with a job's id and its durability, or ``refused``."""

    word: str
    job: str
    durability: str = ""


class Door(Protocol):
    """One way to put jobs in, open as long as its block lasts."""

    async def __aenter__(self) -> Self:
        """Open it."""

    async def __aexit__(self, *error: object) -> None:
        """Close it."""

    async def put(self, order: Order) -> Answer | None:
        """Put an order in, and return the answer; None where there was none, or one that asks for another try."""


class QueueDoor:
    """QueueService, inside the producer's process; each order has an id."""

    def __init__(self, url: str, modules: str = MODULES) -> None:
        self._store = AsyncStore(url)
        self._queue = QueueService(load_catalog(modules), self._store)

    async def __aenter__(self) -> Self:
        """Use the connections of this block's event loop."""
        await self._store.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        """Close them."""
        await self._store.close()

    async def put(self, order: Order) -> Answer | None:
        """Enqueue it; None where the store was no help."""
        try:
            receipt = await self._queue.enqueue(order.payload, **order.options)
        except StoreError:
            return None
        except DuplicateJob:
            return Answer("refused", "-")
        return Answer("ack" if receipt.id == order.options["id"] else "held", receipt.id, str(receipt.durability))


class HttpDoor:
    """A client of a service process; each order has an idempotency key."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def __aenter__(self) -> Self:
        """Open a session."""
        self._session = aiohttp.ClientSession(self._url, timeout=_DEADLINE)
        return self

    async def __aexit__(self, *error: object) -> None:
        """Close it."""
        await self._session.close()

    async def put(self, order: Order) -> Answer | None:
        """Post it; None where the connection broke, or the answer was a server's error."""
        path, headers = f"/v1/enqueue/{_NAMES[type(order.payload)]}", {"Idempotency-Key": order.options["id"] or ""}
        try:
            async with self._session.post(path, json=_body(order), headers=headers) as answer:
                told = await answer.json()
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return None
        if answer.status == _CONFLICT:
            return Answer("refused", "-")
        if answer.status not in _TAKEN:
            return None
        return Answer(_word(order, told), told["id"], told["durability"])


def _word(order: Order, told: dict[str, Any]) -> str:
    # Under a unique key, the answer may be about another order's job.
    return "held" if order.key and told["id"] != job_id(order.options["id"] or "") else "ack"


def _body(order: Order) -> dict[str, Any]:
    body: dict[str, Any] = {"payload": attrs.asdict(order.payload)}
    if order.delay:
        body["delay_ms"] = to_ms(order.delay)
    if order.key:
        body |= {"unique_key": order.key, "on_conflict": order.options["on_conflict"]}
    return body
