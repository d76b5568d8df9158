"""What becomes of what the store answers: verdicts, leases that others have lost, claims."""

from collections.abc import Sequence
from typing import Protocol

from loguru import logger

from consumer.attempt import Attempt
from consumer.holdings import Ended
from consumer.huey_bridge.app import JobsHuey
from consumer.huey_bridge.ending import Ending
from consumer.plan import Plan
from consumer.recognition import Refusal, recognise
from consumer.vanished import UNHEARD, described
from jobdefs.storage.contract import BEGINNING_BYTES, Claim, LostLease, Settlement, SettleVerdict
from jobdefs.storage.drivers import Store
from jobdefs.storage.execution import ExecutionCalls


class Holder(Protocol):
    """Who keeps account of attempts until the store has taken in their end."""

    def settle(self, attempt: Attempt, settlement: Settlement, ending: Ending | None) -> None:
        """Take in the end of an attempt."""

    def park(self, claim: Claim, reason: str, kind: str = "") -> None:
        """End a claim that cannot become an attempt here."""


class Reception:
    """Makes attempts of claims; ``runs_plain`` says whether plain Huey tasks are run here."""

    def __init__(self, app: JobsHuey, holdings: Holder, plans: dict[str, Plan], *, runs_plain: bool) -> None:
        self._app = app
        self._holdings = holdings
        self._plans = plans
        self._runs_plain = runs_plain

    def conclude(self, ends: Sequence[Ended], verdicts: Sequence[SettleVerdict]) -> None:
        """Announce the ends that the store has taken in, log those that it has refused; the rest is told later."""
        for ended, verdict in zip(ends, verdicts, strict=False):
            if verdict is SettleVerdict.STALE:
                with logger.contextualize(job_id=ended.settlement.id):
                    logger.warning("the store refused the end of an attempt that had lost its lease")
            elif ended.ending is not None:
                self._app.announce(ended.ending)

    def attempts(self, claims: Sequence[Claim]) -> list[Attempt]:
        """Return what can run here; the other claims are parked."""
        return [attempt for claim in claims if (attempt := self._attempt(claim)) is not None]

    def _attempt(self, claim: Claim) -> Attempt | None:
        found = recognise(claim.id, claim.envelope, self._plans, runs_plain=self._runs_plain)
        if isinstance(found, Refusal):
            self._holdings.park(claim, found.reason, found.kind)
            return None
        return Attempt(self._app, claim, *found, self._holdings.settle)


def complete(claims: Sequence[Claim], store: Store, calls: ExecutionCalls) -> None:
    """Read the rest of long envelopes; raises StoreError."""
    cut = [claim for claim in claims if claim.is_cut]
    if cut:
        names = [calls.envelope_key(claim) for claim in cut]
        for claim, rest in zip(cut, store.read_from(names, BEGINNING_BYTES), strict=True):
            claim.envelope += rest


def tell_of_lost(leases: Sequence[LostLease]) -> None:
    """Log whose jobs were taken back, and why."""
    for holder, released in dict.fromkeys((lease.holder, lease.released) for lease in leases):
        theirs = [lease for lease in leases if (lease.holder, lease.released) == (holder, released)]
        number = f"{len(theirs)} job{'s' if len(theirs) > 1 else ''}"
        why = UNHEARD if released else described(holder, theirs[0].silent)
        logger.warning("taking back {} of {}: {}", number, holder, why)
    for lease in leases:
        if lease.given_up:
            with logger.contextualize(job_id=lease.id):
                logger.critical("parked: the consumers of this job vanish, in quarantine too; its reason says more")
