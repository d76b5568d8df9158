"""Whether this program may use the key space that it found."""

from jobdefs.errors import StoreUnsuitable
from jobdefs.storage import keys
from jobdefs.storage.contract import KeySpace


def check(found: KeySpace, server: str) -> None:
    """Raise StoreUnsuitable for a key space of a newer version than this program knows; ``server`` is its address."""
    if found.schema > keys.SCHEMA:
        raise StoreUnsuitable(
            f"The server at {server} has version {found.schema} of the key space, and this program knows none above "
            f"{keys.SCHEMA}; upgrade this program, or set JOBS_NAMESPACE to another name."
        )
