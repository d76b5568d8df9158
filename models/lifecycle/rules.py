"""What the protocol holds to, and the settings in which it is looked at."""

from collections.abc import Set as AbstractSet
from typing import Final

import attrs

SUSPICIOUS: Final = 2


@attrs.frozen(kw_only=True)
class Rules:
    """The rules of the protocol, each of which can be broken to see whether that is noticed."""

    claims_leave_the_job: bool = True
    tokens_are_random: bool = True
    settles_by_token: bool = True
    settles_once: bool = True
    cancelled_is_final: bool = True
    cancel_outlives_failure: bool = True
    reclaims: bool = True
    counts_failures: bool = True
    losses_are_no_failures: bool = True
    gives_up_on_losses: bool = True
    unheard_claims_cost_nothing: bool = True
    keeps_tombstones: bool = True
    answers_from_disk: bool = True
    follow_ups_settle_along: bool = True
    key_outlives_claim: bool = True
    key_ends_with_its_job: bool = True
    replay_takes_the_key: bool = True
    waits_until_due: bool = True
    has_quarantine: bool = True
    suspects_run_alone: bool = True
    only_seen_deaths_condemn: bool = True
    first_kill_is_forgiven: bool = True


@attrs.frozen(kw_only=True)
class Kind:
    """What a job is: delayed, unique among those that are, a pill that ends its process, a follow-up of another one."""

    delayed: bool = False
    unique: bool = False
    pill: bool = False
    follows: int | None = None


@attrs.frozen(kw_only=True)
class Setting:
    """Which jobs there are, and what happens to them.

    Replies may wait for the disk, and the leases of the living may expire at any moment, or never. ``attempts`` and
    ``losses`` are when a job is given up; a job is replayed ``generations`` times at most.
    """

    name: str
    jobs: tuple[Kind, ...]
    waits_for_disk: bool = True
    workers: int = 2
    capacity: int = 1
    crashes: int = 1
    rollbacks: int = 0
    kills: int = 0
    expires: bool = True
    attempts: int = 2
    losses: int = 3
    generations: int = 0
    outcomes: AbstractSet[str] = frozenset({"succeeded", "failed"})
    cancels: bool = False
    forgets: bool = False
    rules: Rules = Rules()
