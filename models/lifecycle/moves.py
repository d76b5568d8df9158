"""Everything that happens without a fault: what clients, workers and people do, and what time brings."""

from collections.abc import Iterator

from models.checker import Move
from models.lifecycle import submission, upkeep
from models.lifecycle.ending import is_suspect
from models.lifecycle.rules import Setting
from models.lifecycle.state import ASKING, FINAL, REFUSED, RUNNING, SCHEDULED, TOLD, World
from models.lifecycle.workers import Step, claims, heard, works


def moves(setting: Setting, world: World) -> Iterator[Step]:
    """Yield everything that happens without a fault."""
    for number in range(len(setting.jobs)):
        yield from _submitted(setting, world, number)
        yield from _kept_up(setting, world, number)
        yield from _asked_by_people(setting, world, number)
    for place in range(len(world.workers)):
        yield from claims(setting, world, place)
        yield from works(setting, world, place)


def _submitted(setting: Setting, world: World, number: int) -> Iterator[Step]:
    if world.clients[number] != ASKING or setting.jobs[number].follows is not None:
        return
    store, is_in = submission.submit(setting, world.store, number)
    clients = (*world.clients[:number], TOLD if is_in else REFUSED, *world.clients[number + 1 :])
    yield Move("submit", (number,)), heard(setting, world._replace(store=store, clients=clients))
    if store is not world.store:
        yield Move("submit, reply lost", (number,)), world.after(store)


def _kept_up(setting: Setting, world: World, number: int) -> Iterator[Step]:
    job, store = world.store.jobs[number], world.store
    if job.state == SCHEDULED:
        yield Move("promote", (number,)), world.after(upkeep.promote(setting, store, number, due=True))
        if not setting.rules.waits_until_due:
            yield Move("promote early", (number,)), world.after(upkeep.promote(setting, store, number, due=False))
    if job.state == RUNNING and setting.rules.reclaims and (setting.expires or not _is_held(world, number)):
        unheard = any(worker.asking == job.token for worker in world.workers if worker.asking)
        what = {"unheard": unheard, "quarantined": is_suspect(setting, job)}
        yield Move("reclaim", (number,)), world.after(upkeep.reclaim(setting, store, number, **what))
    if job.state in FINAL and setting.forgets:
        yield Move("forget", (number,)), world.after(upkeep.forget(store, number))


def _is_held(world: World, number: int) -> bool:
    token = world.store.jobs[number].token
    return any((held.job, held.token) == (number, token) for worker in world.workers for held in worker.holdings)


def _asked_by_people(setting: Setting, world: World, number: int) -> Iterator[Step]:
    asked = {}
    if setting.cancels:
        asked["cancel"] = submission.cancel(setting, world.store, number)
    if setting.generations:
        asked["replay"] = submission.replay(setting, world.store, number)
    for name, store in asked.items():
        if store != world.store:
            yield Move(name, (number,), by_itself=False), world.after(store)
