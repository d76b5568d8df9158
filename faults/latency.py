"""How long enqueues had to wait for their answer, as the ledger tells."""

from faults.judge import Case
from faults.stage import Stage


def figures(_stage: Stage, case: Case) -> dict[str, str]:
    """Return how long orders took from the first try to the answer."""
    waits_ms = sorted(
        (story.acked_ns - story.tried_ns) / 1e6 for story in case.told.values() if story.acked_ns and story.tried_ns
    )
    if not waits_ms:
        return {}
    shares = {"median": 0.5, "p99": 0.99}
    told = [f"{name} {waits_ms[int(share * (len(waits_ms) - 1))]:.0f} ms" for name, share in shares.items()]
    return {"until an enqueue is answered": ", ".join([*told, f"longest {waits_ms[-1]:.0f} ms"])}
