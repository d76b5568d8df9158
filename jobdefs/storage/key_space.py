"""Whether this program may use the key space that it found, and how an older one is carried over."""

from collections.abc import Iterator

from jobdefs.errors import StoreUnsuitable
from jobdefs.storage import keys
from jobdefs.storage.call import Call
from jobdefs.storage.contract import KeySpace
from jobdefs.storage.upkeep import UpkeepCalls


def check(found: KeySpace, server: str) -> None:
    """Raise StoreUnsuitable for a key space of a newer version than this program knows; ``server`` is its address."""
    if why := newer(found.schema, server):
        raise StoreUnsuitable(why)


def newer(schema: int, server: str) -> str:
    """Say that this version is newer than any that this program knows, and what to do; empty where it is not."""
    if schema <= keys.SCHEMA:
        return ""
    return (
        f"The server at {server} has version {schema} of the key space, and this program knows none above "
        f"{keys.SCHEMA}; upgrade this program, or set JOBS_NAMESPACE to another name."
    )


def upgrades(found: KeySpace, namespace: str) -> Iterator[tuple[str, Call[bool]]]:
    """Yield what carries an older key space over, one version after another, each with its words for the log.

    Each is to be sent until it returns false. The server takes about 30 ms for each, whoever else sends them, too.
    """
    for schema in range(max(found.schema, 1), keys.SCHEMA):
        yield f"from version {schema} to {schema + 1}", UpkeepCalls(namespace).upgrade(schema)
