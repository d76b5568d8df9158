"""What goes wrong beside lost replies: crashes, a store that forgets what was not on the disk, kills from outside."""

from collections.abc import Iterator
from typing import Final

from models.checker import Move
from models.lifecycle.rules import Setting
from models.lifecycle.state import Holding, Worker, World
from models.lifecycle.workers import Step, condemned, settled

ROLLBACK: Final = "roll back to the disk"


def faults(setting: Setting, world: World) -> Iterator[Step]:
    """Yield every fault that may still happen."""
    if world.disk != world.store:
        if not (setting.waits_for_disk and setting.rules.answers_from_disk):
            yield Move("fsync"), world._replace(disk=world.store)
        if world.rollbacks:
            rolled_back = world._replace(store=world.disk, rollbacks=world.rollbacks - 1)
            yield Move(ROLLBACK, by_itself=False), rolled_back
    for place, worker in enumerate(world.workers):
        if world.crashes and worker != Worker():
            crashed = world.with_worker(place, Worker())._replace(crashes=world.crashes - 1)
            yield Move("crash", (place,), by_itself=False), crashed
        if world.kills:
            for held in worker.holdings:
                if held.quarantined and not held.outcome:
                    yield _killed(setting, world._replace(kills=world.kills - 1), place, held)


def _killed(setting: Setting, world: World, place: int, held: Holding) -> Step:
    """Somebody kills the quarantine's process: its parent forgives a job once."""
    move, worker = Move("kill the quarantine", (place,), by_itself=False), world.workers[place]
    if held.job in worker.spared or not setting.rules.first_kill_is_forgiven:
        return move, condemned(world, place)
    _, released = settled(setting, world, place, held, "released")
    worker = released.workers[place]
    return move, released.with_worker(place, worker._replace(spared=(*worker.spared, held.job)))
