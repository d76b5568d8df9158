"""Whether this program may use the key space that it found."""

from jobdefs.errors import StoreUnsuitable
from jobdefs.storage import keys
from jobdefs.storage.contract import KeySpace


def check(found: KeySpace) -> None:
    """Raise StoreUnsuitable for a key space of a newer version than this program knows."""
    if found.schema > keys.SCHEMA:
        message = (
            f"the jobs on this server are kept in version {found.schema} of the key space, and this program knows "
            f"version {keys.SCHEMA}; upgrade this program, or set JOBS_NAMESPACE to another name"
        )
        raise StoreUnsuitable(message)
