"""How long answers took, in words: of enqueues, and of the service's own health."""

from http.client import HTTPConnection
from time import monotonic
from typing import Final

from faults.judge import Case
from faults.stage import Stage

HEALTH: Final = "healthz"
_DEADLINE_S: Final = 5.0
_MS: Final = 1e3


def figures(stage: Stage, case: Case) -> dict[str, str]:
    """Return how long orders took from the first try to the answer, and whatever else was measured."""
    told = [story for story in case.told.values() if story.acked_ns and story.tried_ns]
    waits_ms = [(story.acked_ns - story.tried_ns) / 1e6 for story in told if story.acked_ns and story.tried_ns]
    found = {
        "until an enqueue is acknowledged": waits_ms,
        "until one is refused": refusals_ms(stage),
        "until /healthz is answered": healths_ms(stage),
    }
    return {name: _shown(sorted(measured)) for name, measured in found.items() if measured}


def refusals_ms(stage: Stage) -> list[float]:
    """Return how long each enqueue took that ended without a job."""
    return _measured(stage, "unanswered")


def healths_ms(stage: Stage) -> list[float]:
    """Return how long each look at the service's health took."""
    return _measured(stage, HEALTH)


def look_at_health(stage: Stage) -> None:
    """Ask the service whether it lives, and write down how long that took; nothing where there is none."""
    if stage.api:
        began = monotonic()
        connection = HTTPConnection("127.0.0.1", stage.api.port, timeout=_DEADLINE_S)
        connection.request("GET", "/healthz")
        connection.getresponse().read()
        connection.close()
        stage.ledger.write(HEALTH, detail=f"{_MS * (monotonic() - began):.1f}")


def _measured(stage: Stage, word: str) -> list[float]:
    return [float(line.detail) for line in stage.ledger.lines() if line.word == word]


def _shown(ms: list[float]) -> str:
    at = {"median": len(ms) // 2, "p99": int(0.99 * (len(ms) - 1)), "longest": -1}
    return ", ".join(f"{name} {ms[place]:.0f} ms" for name, place in at.items())
