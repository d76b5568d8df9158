"""The key space of one installation: every key has the hash tag ``{namespace}``, so one Cluster slot holds them all."""

from typing import Final

SCHEMA: Final = 2


def meta(namespace: str) -> str:
    """HASH: schema version, epoch, last beat, grace, last stamp. The scripts derive every other key from its name."""
    return f"{{{namespace}}}:meta"


def job(namespace: str, job_id: str) -> str:
    """STRING: the envelope of a job."""
    return f"{{{namespace}}}:job:{job_id}"


def own_wake(namespace: str, holder: str) -> str:
    """ZSET of one member: when this consumer should see whether the store has something to tell it."""
    return wake(namespace, f"@{holder}")


def wake(namespace: str, queue: str) -> str:
    """ZSET of one member: when somebody should look at the queue (ms since 1970, 0 for at once)."""
    return f"{{{namespace}}}:wake:{queue}"
