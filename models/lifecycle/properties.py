"""What must hold, whatever happens: of each change of a job, and of each moment."""

from collections.abc import Callable
from enum import StrEnum
from typing import Final, NamedTuple

from jobdefs.state import TRANSITIONS
from models.checker import Move
from models.lifecycle.faults import ROLLBACK
from models.lifecycle.rules import Setting
from models.lifecycle.state import (
    ABSENT,
    DEAD,
    FINAL,
    FORGOTTEN,
    LIVE,
    PARKED,
    READY,
    REFUSED,
    RUNNING,
    SCHEDULED,
    SUCCEEDED,
    SUSPECT,
    TOLD,
    Holding,
    Job,
    World,
)

MOVES: Final = (
    {(before.value, after.value) for before, after in TRANSITIONS}
    | {(ABSENT, READY), (ABSENT, SCHEDULED)}
    | {(state, FORGOTTEN) for state in FINAL}
)


class Promise(StrEnum):
    """What is promised; the value is what a broken one is called."""

    ACCEPTED = "what was accepted is there"
    ID = "one job per id"
    END = "one end"
    HOLDER = "only the holder settles"
    LEASE = "one lease, one token"
    BOUNDS = "failures and losses in a row are bounded"
    EARLY = "no early start"
    INNOCENT = "no innocent dies"
    GIVEN_UP = "no innocent is given up"
    REPLY = "a lost reply is no loss"
    CANCEL = "a cancel is kept"
    KEY = "one living job per unique key"
    FREE_KEY = "a unique key is free once its job has ended"
    FOLLOW_UP = "a follow-up exists exactly if its attempt counts"
    TABLE = "only moves of the table"


class Change(NamedTuple):
    """A job, as it was and as it is after a move."""

    setting: Setting
    number: int
    was: Job
    now: Job
    move: Move
    before: World


# Of each change of a job.


def _starts_early(change: Change) -> bool:
    return change.now.state == RUNNING and not change.now.due


def _leaves_its_end(change: Change) -> bool:
    return change.was.state in FINAL and change.now.state != FORGOTTEN and change.move.name != "replay"


def _is_made_twice(change: Change) -> bool:
    return change.was.state == FORGOTTEN


def _is_settled_by_another(change: Change) -> bool:
    held = change.move.about
    return isinstance(held, Holding) and held.job == change.number and held.lease != change.was.lease


def _is_tried_too_often(change: Change) -> bool:
    return change.now.failures > change.setting.attempts or change.now.suspicion > change.setting.losses


def _is_condemned_innocently(change: Change) -> bool:
    is_innocent = not change.setting.jobs[change.number].pill and "failed" not in change.setting.outcomes
    return is_innocent and change.now.state == DEAD


def _is_given_up_innocently(change: Change) -> bool:
    lives_among_honest_leases = not change.setting.expires and not change.setting.jobs[change.number].pill
    return lives_among_honest_leases and change.now.state == PARKED


def _is_suspected_for_a_lost_reply(change: Change) -> bool:
    was_unheard = any(worker.asking == change.was.token for worker in change.before.workers if worker.asking)
    return was_unheard and change.now.suspicion > change.was.suspicion


def _forgets_a_cancel(change: Change) -> bool:
    return change.was.cancel and change.now.state in (READY, SCHEDULED, SUSPECT)


def _moves_by_no_table(change: Change) -> bool:
    states = change.was.state, change.now.state
    return states[0] != states[1] and states not in MOVES


OF_CHANGES: Final[dict[Promise, Callable[[Change], bool]]] = {
    Promise.EARLY: _starts_early,
    Promise.END: _leaves_its_end,
    Promise.ID: _is_made_twice,
    Promise.HOLDER: _is_settled_by_another,
    Promise.BOUNDS: _is_tried_too_often,
    Promise.INNOCENT: _is_condemned_innocently,
    Promise.GIVEN_UP: _is_given_up_innocently,
    Promise.REPLY: _is_suspected_for_a_lost_reply,
    Promise.CANCEL: _forgets_a_cancel,
    Promise.TABLE: _moves_by_no_table,
}


# Of each moment.


def _lost_what_was_accepted(setting: Setting, world: World) -> bool:
    accepted = (job for job, client in zip(world.store.jobs, world.clients, strict=True) if client == TOLD)
    return setting.waits_for_disk and any(job.state == ABSENT for job in accepted)


def _shares_a_token(_setting: Setting, world: World) -> bool:
    leases = {(held.job, held.token, held.lease) for worker in world.workers for held in worker.holdings}
    return len({(job, token) for job, token, _ in leases}) < len(leases)


def _shares_a_key(setting: Setting, world: World) -> bool:
    return len(_living_unique(setting, world)) > 1


def _living_unique(setting: Setting, world: World) -> list[Job]:
    return [job for job, kind in zip(world.store.jobs, setting.jobs, strict=True) if kind.unique and job.state in LIVE]


def _parts_a_follow_up(setting: Setting, world: World) -> bool:
    jobs = world.store.jobs
    return any(
        (job.state != ABSENT) != (jobs[kind.follows].state == SUCCEEDED)
        for job, kind in zip(jobs, setting.jobs, strict=True)
        if kind.follows is not None
    )


OF_MOMENTS: Final[dict[Promise, Callable[[Setting, World], bool]]] = {
    Promise.ACCEPTED: _lost_what_was_accepted,
    Promise.LEASE: _shares_a_token,
    Promise.KEY: _shares_a_key,
    Promise.FOLLOW_UP: _parts_a_follow_up,
}


def broken_in(setting: Setting, world: World) -> Promise | None:
    """Return the promise that does not hold at a moment, None if all do."""
    return next((promise for promise, is_broken in OF_MOMENTS.items() if is_broken(setting, world)), None)


def broken_by(setting: Setting, before: World, move: Move, after: World) -> Promise | None:
    """Return the promise that a move breaks, None if it breaks none; what a rollback undoes was never on the disk."""
    if after.clients is not before.clients and _is_refused_a_free_key(setting, before, after):
        return Promise.FREE_KEY
    if after.store is before.store or move.name == ROLLBACK:
        return None
    for number, (was, now) in enumerate(zip(before.store.jobs, after.store.jobs, strict=True)):
        if was is not now and was != now and (promise := _broken_by_change(setting, number, move, before, after)):
            return promise
    return None


def _is_refused_a_free_key(setting: Setting, before: World, after: World) -> bool:
    is_refused = before.clients.count(REFUSED) < after.clients.count(REFUSED)
    return is_refused and not _living_unique(setting, before)


def _broken_by_change(setting: Setting, number: int, move: Move, before: World, after: World) -> Promise | None:
    change = Change(setting, number, before.store.jobs[number], after.store.jobs[number], move, before)
    return next((promise for promise, is_broken in OF_CHANGES.items() if is_broken(change)), None)
