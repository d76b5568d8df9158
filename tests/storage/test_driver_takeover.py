"""The drivers: what they do when the server at their address is demoted, and another one takes over there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from jobdefs.errors import StoreError, StoreUnavailable
from jobdefs.storage.drivers import AsyncStore, Store
from tests.support.drivers import call
from tests.support.takeover import Address, two_servers

WRITE = call("return redis.call('INCR', KEYS[1])")
KEYS = ("{t}:wake",)


@pytest.fixture
def address(tmp_path: Path) -> Iterator[Address]:
    with two_servers(tmp_path) as address:
        yield address


def test_the_next_request_goes_to_the_one_that_took_over(address: Address) -> None:
    """A connection on which a replica has refused a write is given up, by what sends and by what waits."""
    store = Store(address.url)
    assert store.send(WRITE) == 1
    assert store.wait(KEYS, 0.01) is None
    address.demote()
    address.take_over()
    with pytest.raises(StoreUnavailable, match="is a read-only replica"):
        store.send(WRITE)
    assert store.send(WRITE) == 1
    with pytest.raises(StoreError):
        store.wait(KEYS, 0.01)
    assert store.wait(KEYS, 0.01) is None
    store.close()


async def test_the_next_request_of_an_async_store(address: Address) -> None:
    """So does an AsyncStore."""
    async with AsyncStore(address.url) as store:
        assert await store.send(WRITE) == 1
        assert await store.wait(KEYS, 0.01) is None
        address.demote()
        address.take_over()
        with pytest.raises(StoreUnavailable, match="is a read-only replica"):
            await store.send(WRITE)
        assert await store.send(WRITE) == 1
        with pytest.raises(StoreError):
            await store.wait(KEYS, 0.01)
        assert await store.wait(KEYS, 0.01) is None
