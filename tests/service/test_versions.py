"""The version of a payload, from the enqueue to what is shown, and the same request across a change of it."""

from typing import Any

import attrs
import pytest

from jobdefs import Catalog, define, upgrades
from jobdefs.errors import IdempotencyConflict, InvalidPayload
from jobdefs.record import Envelope
from jobdefs.storage.drivers import AsyncStore
from service import views
from service.queue import QueueService
from tests.support.definitions import defined


@define("LETTER")
@attrs.frozen
class First:
    to: str
    copies: int = 1


@define("LETTER", version=2)
@attrs.frozen
class Second:
    to: str
    copies: int = 1
    express: bool = False


@define("LETTER", version=3)
@attrs.frozen
class Third:
    address: str
    copies: int = 1
    express: bool = False


@upgrades(Second, from_version=1)
@upgrades(Third, from_version=1)
def with_express(payload: dict[str, Any]) -> dict[str, Any]:
    return payload


@upgrades(Third, from_version=2)
def with_address(payload: dict[str, Any]) -> dict[str, Any]:
    payload["address"] = payload.pop("to")
    return payload


def queue_of(store: AsyncStore, payload: type) -> QueueService:
    return QueueService(Catalog((defined(payload),)), store)


async def written(queue: QueueService, job_id: str) -> Envelope:
    found = (await queue.get(job_id)).envelope
    assert found is not None
    return found


@pytest.mark.parametrize("options", [{}, {"priority": 3}])
async def test_a_job_is_written_with_the_version_of_its_definition(store: AsyncStore, options: Any) -> None:
    """However a job is enqueued, its envelope has the version, and whoever looks it up sees it."""
    queue = queue_of(store, Third)
    receipt = await queue.enqueue(Third("ada"), **options)
    assert (await written(queue, receipt.id)).version == 3
    assert views.whole(await queue.get(receipt.id), 3)["version"] == 3


async def test_definitions_tell_their_version() -> None:
    """Whoever wants to enqueue is told which version the schema has."""
    assert [views.definition(defined(each))["version"] for each in (First, Second, Third)] == [1, 2, 3]


async def test_the_same_request_across_versions(store: AsyncStore) -> None:
    """A version is no part of a request: what was asked for yesterday is the same today, if it still fits."""
    first = await queue_of(store, First).enqueue("LETTER", {"to": "ada"}, id="a")
    again = await queue_of(store, Second).enqueue("LETTER", {"to": "ada"}, id="a")
    assert (first.created, again.created, again.id) == (True, False, "a")
    assert (await written(queue_of(store, Second), "a")).version == 1


async def test_a_request_in_the_words_of_another_version(store: AsyncStore) -> None:
    """Under a used id, a payload in new words is another request, and one in old words does not fit: no second job."""
    await queue_of(store, Second).enqueue("LETTER", {"to": "ada"}, id="a")
    queue = queue_of(store, Third)
    with pytest.raises(IdempotencyConflict):
        await queue.enqueue("LETTER", {"address": "ada"}, id="a")
    with pytest.raises(InvalidPayload):
        await queue.enqueue("LETTER", {"to": "ada"}, id="a")
    assert (len((await queue.page()).jobs), (await written(queue, "a")).version) == (1, 2)
