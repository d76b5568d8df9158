"""What an exchange must do: settle, keep things up, and claim."""

import attrs

from jobdefs.state import FINAL, State
from jobdefs.storage.contract import Settlement, SettleVerdict
from tests.support.reference import settlement as end
from tests.support.reference.bookkeeping import LEASE_MS, Answer, Bookkeeping, Job, Reply


@attrs.frozen(kw_only=True)
class Wish:
    """What a consumer asks for in an exchange; ``follow_ups`` are the ids that its settlements put in, if any."""

    holder: str
    token: str
    want: int = 0
    suspects: int = 0
    settlements: tuple[Settlement, ...] = ()
    follow_ups: tuple[str | None, ...] = ()
    again: bool = False


def exchange(store: Bookkeeping, wish: Wish) -> Reply:
    """Do an exchange; return its verdicts, and the ids of its claims."""
    answer = store.answers.get(wish.holder)
    answer = answer if answer and answer.token == wish.token else None
    verdicts = [
        end.settle(store, each, _known(answer, number), follow_up)
        for number, (each, follow_up) in enumerate(zip(wish.settlements, wish.follow_ups, strict=True))
    ]
    _prune(store)
    _promote(store)
    _reclaim(store)
    if answer:
        return verdicts, _claimed_before(store, answer) if wish.again else []
    claims = _claim(store, wish)
    if claims or wish.again or set(verdicts) - {SettleVerdict.REPEATED.value}:
        told = [verdict != SettleVerdict.STALE.value for verdict in verdicts]
        store.answers[wish.holder] = Answer(wish.token, claims, told)
    return verdicts, claims


def _known(answer: Answer | None, number: int) -> str | None:
    if answer is None:
        return None
    return (SettleVerdict.REPEATED if answer.verdicts[number] else SettleVerdict.STALE).value


def _prune(store: Bookkeeping) -> None:
    over = [job for job in store.jobs.values() if job.state in FINAL and job.end <= store.now]
    for job in over:
        del store.jobs[job.id]
        store.tombstones.add(job.id)


def _promote(store: Bookkeeping) -> None:
    for job in store.in_state(State.SCHEDULED):
        if job.end <= store.now and job.is_suspect:
            store.make_suspect(job)
        elif job.end <= store.now:
            store.make_ready(job, anew=True)


def _reclaim(store: Bookkeeping) -> None:
    grace = store.grace_until if store.grace_until - store.now <= LEASE_MS else 0
    beat_at = store.now if store.beat_at is None else store.beat_at
    if store.now < grace or store.now - beat_at > LEASE_MS / 2:
        return
    for job in store.in_state(State.RUNNING):
        if job.end <= store.now:
            _take_back(store, job)


def _take_back(store: Bookkeeping, job: Job) -> None:
    beat_at = store.beats.get(job.holder or "")
    is_heard = beat_at is not None and store.now - beat_at < LEASE_MS * 3 / 4 and job.holder in store.abilities
    suspicion = job.suspicion + (not is_heard)
    if not is_heard:
        job.lost, job.suspicion = job.lost + 1, suspicion
    job.token = job.holder = None
    if job.cancel is not None:
        store.finish(job, State.CANCELLED, job.cancel)
    elif job.is_suspect:
        store.make_suspect(job)
    else:
        store.make_ready(job, anew=False)
    if not is_heard:
        store.let_go_begun(job)


def _claimed_before(store: Bookkeeping, answer: Answer) -> list[str]:
    jobs = [store.jobs[job_id] for job_id in answer.claims if job_id in store.jobs]
    held = [job for job in jobs if job.state is State.RUNNING and job.token == answer.token]
    for job in held:
        job.end = min(store.now, job.claimed_at + LEASE_MS) + LEASE_MS
    return [job.id for job in held]


def _claim(store: Bookkeeping, wish: Wish) -> list[str]:
    claimed: list[Job] = []
    for job in _parked_for(store, wish.holder)[: wish.want]:
        job.kind = None
        if job.is_suspect:
            store.make_suspect(job)
        else:
            claimed.append(job)
    claimed += store.in_state(State.READY)[: max(wish.want - len(claimed), 0)]
    claimed += store.in_state(State.SUSPECT)[: wish.suspects]
    for job in claimed:
        job.token, job.holder, job.claimed_at, job.end = wish.token, wish.holder, store.now, store.now + LEASE_MS
        job.fence += 1
        store.move(job, State.RUNNING)
    return [job.id for job in claimed]


def _parked_for(store: Bookkeeping, holder: str) -> list[Job]:
    digest = store.abilities.get(holder)
    able = [job for job in store.in_state(State.PARKED) if job.kind and digest and digest not in job.refused]
    return sorted(able, key=lambda job: job.score)
