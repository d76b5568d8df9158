"""What workers do: they claim, work and settle, and each reply is heard or lost."""

from collections.abc import Iterator
from typing import Final

from models.checker import Move
from models.lifecycle import execution
from models.lifecycle.ending import is_suspect
from models.lifecycle.rules import Setting
from models.lifecycle.state import READY, RUNNING, SUSPECT, Holding, Store, Worker, World

Step = tuple[Move, World]
# Only tokens that are counted go on for ever.
_MOST_CLAIMS: Final = 4


def heard(setting: Setting, world: World) -> World:
    """Return the world in which a reply was heard, for which the disk was waited for if it is to be."""
    return world._replace(disk=world.store) if setting.waits_for_disk and setting.rules.answers_from_disk else world


def claims(setting: Setting, world: World, place: int) -> Iterator[Step]:
    """Yield the claims of a worker that has room, or asks again for one whose reply got lost."""
    worker = world.workers[place]
    if worker.asking:
        yield from _asked_again(setting, world, place, worker)
    elif len(worker.holdings) < setting.capacity:
        yield from _claimed(setting, world, place, worker)


def _claimed(setting: Setting, world: World, place: int, worker: Worker) -> Iterator[Step]:
    lease = _fresh_lease(world)
    token = lease if setting.rules.tokens_are_random else world.store.claims + 1
    if token > _MOST_CLAIMS and not setting.rules.tokens_are_random:
        return
    for number in _claimable(setting, world.store, worker):
        store = execution.claim(setting, world.store, number, token, lease)
        held = _holding(setting, world.store, number, token, lease)
        after = world.after(store)
        yield Move("claim", (place, number)), heard(setting, after.with_worker(place, _with(worker, held)))
        yield (
            Move("claim, reply lost", (place, number)),
            after.with_worker(place, worker._replace(asking=token)),
        )


def _asked_again(setting: Setting, world: World, place: int, worker: Worker) -> Iterator[Step]:
    """Yield what a claim is answered that is sent again: what it got, or, where the store forgot it, what there is."""
    token, silent = worker.asking, worker._replace(asking=0)
    known = token in world.store.answered
    found = execution.claimed_by(world.store, token) if known else None
    numbers = [] if known else _claimable(setting, world.store, silent)
    if found is not None:
        held = _holding(setting, world.store, found, token, world.store.jobs[found].lease)
        yield Move("claim again", (place, found)), heard(setting, world.with_worker(place, _with(silent, held)))
    for number in numbers:
        store = execution.claim(setting, world.store, number, token, token)
        held = _holding(setting, world.store, number, token, token)
        yield (
            Move("claim anew", (place, number)),
            heard(setting, world.after(store).with_worker(place, _with(silent, held))),
        )
    if found is None and not numbers:
        yield Move("claim again, nothing", (place,)), heard(setting, world.with_worker(place, silent))


def _claimable(setting: Setting, store: Store, worker: Worker) -> list[int]:
    has_seat = not setting.rules.suspects_run_alone or not any(held.quarantined for held in worker.holdings)
    states = (READY, SUSPECT) if has_seat else (READY,)
    return [number for number, job in enumerate(store.jobs) if job.state in states]


def _holding(setting: Setting, store: Store, number: int, token: int, lease: int) -> Holding:
    job = store.jobs[number]
    return Holding(number, token, lease, job.failures, is_suspect(setting, job))


def _with(worker: Worker, held: Holding) -> Worker:
    return worker._replace(holdings=(*worker.holdings, held), asking=0)


def _fresh_lease(world: World) -> int:
    known = [job.lease for store in (world.store, world.disk) for job in store.jobs]
    for worker in world.workers:
        known += [worker.asking, *(held.lease for held in worker.holdings)]
    return max(known) + 1


def works(setting: Setting, world: World, place: int) -> Iterator[Step]:
    """Yield how the attempts of a worker may go on."""
    for held in world.workers[place].holdings:
        yield from _worked(setting, world, place, held)


def _worked(setting: Setting, world: World, place: int, held: Holding) -> Iterator[Step]:
    if held.outcome:
        yield settled(setting, world, place, held, held.outcome)
        return
    job, pill = world.store.jobs[held.job], setting.jobs[held.job].pill
    is_holder = job.state == RUNNING and job.token == held.token
    if not is_holder:
        yield Move("beat, and hear of a lost lease", (place, held.job)), dropped(world, place, held)
    if pill and held.quarantined:
        yield Move("die of it in quarantine", (place, held.job)), condemned(world, place)
    elif pill:
        yield Move("die of it", (place, held.job)), world.with_worker(place, Worker())
    outcomes = set() if pill else set(setting.outcomes)
    for outcome in sorted(outcomes | ({"cancelled"} if is_holder and job.cancel else set())):
        yield settled(setting, world, place, held, outcome)
        yield from _settled_unheard(setting, world, place, held, outcome)


def settled(setting: Setting, world: World, place: int, held: Holding, outcome: str) -> Step:
    """Return the end of an attempt of which the worker knows that the store has heard it."""
    after = world.after(execution.settle(setting, world.store, held, outcome))
    return Move("settle", (place, held.job, outcome), about=held), heard(setting, dropped(after, place, held))


def _settled_unheard(setting: Setting, world: World, place: int, held: Holding, outcome: str) -> Iterator[Step]:
    store = execution.settle(setting, world.store, held, outcome)
    if store is not world.store:
        told = replaced(world.after(store), place, held, held._replace(outcome=outcome))
        yield Move("settle, reply lost", (place, held.job, outcome), about=held), told


def dropped(world: World, place: int, held: Holding) -> World:
    """Return the world in which a worker no longer holds a job."""
    worker = world.workers[place]
    kept = tuple(other for other in worker.holdings if other is not held)
    return world.with_worker(place, worker._replace(holdings=kept))


def replaced(world: World, place: int, held: Holding, by: Holding) -> World:
    """Return the world in which a worker's holding is another one."""
    worker = world.workers[place]
    return world.with_worker(
        place, worker._replace(holdings=tuple(by if other is held else other for other in worker.holdings))
    )


def condemned(world: World, place: int) -> World:
    """Return the world in which a parent gives up what ran in the quarantine that it saw die."""
    worker = world.workers[place]
    holdings = tuple(
        held._replace(outcome="condemned") if held.quarantined and not held.outcome else held
        for held in worker.holdings
    )
    return world.with_worker(place, worker._replace(holdings=holdings))
