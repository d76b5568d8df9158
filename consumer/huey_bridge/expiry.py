"""Whether a claimed job has expired: all moments are the store's, so no clock of this machine decides."""

from typing import TYPE_CHECKING

from jobdefs.record import Envelope
from jobdefs.storage.contract import Claim

if TYPE_CHECKING:
    from consumer.huey_bridge.app import JobsHuey

_BEGAN = "running"


def has_expired(app: "JobsHuey", claim: Claim, written: Envelope) -> bool:
    """Tell whether the job's time was over before any attempt could begin; one that was replayed has no such time.

    A holder that vanished may have begun it, unless that one had claimed it too late, too: then the store is asked,
    which raises StoreError.
    """
    if written.expires_in_ms is None or claim.failures or claim.generation:
        return False
    over_ms = written.enqueued_at_ms + written.expires_in_ms
    if claim.claimed_at_ms < over_ms:
        return False
    return not claim.lost or not _was_claimed_before(app, claim.id, over_ms)


def _was_claimed_before(app: "JobsHuey", job_id: str, moment_ms: int) -> bool:
    record = app.store.send(app.inspection.find(job_id))
    return record is None or any(event.name == _BEGAN and event.at_ms < moment_ms for event in record.events)
