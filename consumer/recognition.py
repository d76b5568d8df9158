"""What a consumer makes of a stored job before it looks into the payload: whose it is, and how it would be run here."""

from collections.abc import Mapping
from enum import StrEnum

import attrs

from consumer import abilities
from consumer.plan import PLAIN_TASKS, Plan
from jobdefs.errors import UnreadableEnvelope
from jobdefs.record import Envelope
from jobdefs.wire import envelope


class Obstacle(StrEnum):
    """Why a build cannot run a job; the value is the word that is printed."""

    UNREADABLE = "unreadable"
    MISPLACED = "misplaced"
    UNKNOWN = "unknown"
    MISFIT = "misfit"
    NEWER = "newer"
    UNSERVED = "unserved"


@attrs.frozen
class Refusal:
    """Why a job cannot be run here; ``kind`` tells which consumers may be able to, empty for none."""

    obstacle: Obstacle
    reason: str
    kind: str = ""


def recognise(
    job_id: str, stored: bytes, plans: Mapping[str, Plan], *, runs_plain: bool
) -> tuple[Envelope, Plan | None] | Refusal:
    """Return what is written in a job's bytes, and the plan for it, which is None for a plain Huey task.

    ``runs_plain`` says whether plain tasks are run here. Whether the payload fits shows when it is decoded.
    """
    try:
        written = envelope.read(stored)
    except UnreadableEnvelope as error:
        return Refusal(Obstacle.UNREADABLE, str(error), abilities.UNREADABLE)
    if written.id != job_id:
        return Refusal(Obstacle.MISPLACED, f"its envelope belongs to job {written.id}")
    plan = plans.get(written.name)
    if plan is None and not (written.name.startswith(PLAIN_TASKS) and runs_plain):
        reason = f"no definition is named {written.name!r} in the consumer that claimed it"
        return Refusal(Obstacle.UNKNOWN, reason, abilities.unknown(written.name))
    return written, plan
