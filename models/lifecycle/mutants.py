"""Bugs of the lifecycle that are put in on purpose, and the promise that each must break."""

from typing import Any, Final

import attrs

from models.checker import STUCK
from models.lifecycle.model import Lifecycle
from models.lifecycle.properties import Promise
from models.lifecycle.rules import Rules, Setting
from models.lifecycle.settings import DISK, LIFE, MEMORY, QUARANTINE, UNIQUE
from models.mutant import Mutant


def _without(rule: str, bug: str, setting: Setting, breaks: str, **bounds: Any) -> Mutant:
    """Return the protocol without one of its rules, in a setting whose bounds may be others."""
    mutated = attrs.evolve(setting, name=bug, rules=Rules(**{rule: False}), **bounds)
    return Mutant(bug, Lifecycle(mutated), breaks)


# Each where it shows soonest.
_ALONE: Final[dict[str, Any]] = {"cancels": False, "generations": 0, "outcomes": frozenset({"succeeded"})}
_QUIET: Final = {"crashes": 0, "kills": 0}

MUTANTS: Final = (
    _without("claims_leave_the_job", "a claim takes the job out of the store", LIFE, Promise.ACCEPTED),
    _without("answers_from_disk", "an enqueue is answered before it is on the disk", DISK, Promise.ACCEPTED),
    _without("keeps_tombstones", "no tombstone keeps an id taken", LIFE, Promise.ID),
    _without("settles_once", "a settlement counts again when its job has moved on", LIFE, Promise.END),
    _without("cancelled_is_final", "a late settlement overwrites a cancel", LIFE, Promise.END),
    _without("settles_by_token", "whoever held a job may settle it", LIFE, Promise.HOLDER),
    _without("tokens_are_random", "the token is a counter in the store", MEMORY, Promise.LEASE),
    _without("counts_failures", "failures are not bounded", LIFE, Promise.BOUNDS, cancels=False),
    _without("gives_up_on_losses", "losses in a row are not bounded", LIFE, Promise.BOUNDS, **_ALONE),
    _without("waits_until_due", "a job is promoted before it is due", LIFE, Promise.EARLY),
    _without("losses_are_no_failures", "losses count as failures", QUARANTINE, Promise.INNOCENT, **_QUIET),
    _without("suspects_run_alone", "suspects run beside each other", QUARANTINE, Promise.INNOCENT, **_QUIET),
    _without(
        "only_seen_deaths_condemn", "a vanished consumer condemns its suspect", QUARANTINE, Promise.INNOCENT, kills=0
    ),
    _without("first_kill_is_forgiven", "a kill from outside condemns", QUARANTINE, Promise.INNOCENT, crashes=0),
    _without("has_quarantine", "suspects run among all others", QUARANTINE, Promise.GIVEN_UP, **_QUIET),
    _without("unheard_claims_cost_nothing", "a claim that nobody heard of counts as a loss", LIFE, Promise.REPLY),
    _without("cancel_outlives_failure", "a failure forgets a cancel", LIFE, Promise.CANCEL),
    _without("key_outlives_claim", "a unique key is free as soon as its job is claimed", UNIQUE, Promise.KEY),
    _without("replay_takes_the_key", "a replay does not look at the unique key", UNIQUE, Promise.KEY),
    _without("key_ends_with_its_job", "a unique key outlives its job", UNIQUE, Promise.FREE_KEY),
    _without(
        "follow_ups_settle_along", "a follow-up is put in though its attempt does not count", DISK, Promise.FOLLOW_UP
    ),
    _without("reclaims", "no lease is ever reclaimed", LIFE, STUCK, **_ALONE),
)
