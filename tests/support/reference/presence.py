"""What beats and announcements must do."""

from collections.abc import Sequence

from jobdefs.state import State
from jobdefs.storage.contract import Lease
from tests.support.reference.bookkeeping import LEASE_MS, Bookkeeping


def beat(store: Bookkeeping, holder: str, held: Sequence[Lease]) -> tuple[list[Lease], list[Lease]]:
    """Take a sign of life; return the leases that are no longer the caller's, and those to be cancelled."""
    if store.beat_at is not None and store.now - store.beat_at > LEASE_MS / 2:
        store.grace_until = store.now + LEASE_MS
    store.beat_at = store.now
    store.beats[holder] = store.now
    store.beats = {name: at for name, at in store.beats.items() if at > store.now - 10 * LEASE_MS}
    kept = [lease for lease in held if _is_held(store, lease)]
    for lease in kept:
        store.jobs[lease.id].end = store.now + LEASE_MS
    cancelled = [lease for lease in kept if store.jobs[lease.id].cancel is not None]
    return [lease for lease in held if lease not in kept], cancelled


def _is_held(store: Bookkeeping, lease: Lease) -> bool:
    job = store.jobs.get(lease.id)
    return job is not None and job.state is State.RUNNING and job.token == lease.token


def announce(store: Bookkeeping, holder: str, digest: str) -> None:
    """Note by which digest a consumer knows the jobs."""
    store.abilities[holder] = digest
