"""Beats, exchanges, the passing of a quarter of a lease, and a store that goes away and comes back."""

from collections.abc import Iterator

from models.checker import Move
from models.grace.rules import Setting
from models.grace.state import HALF, LEASE, Consumer, World

Step = tuple[Move, World]


def moves(setting: Setting, world: World) -> Iterator[Step]:
    """Yield everything that can happen."""
    if world.away:
        yield Move("come back"), world._replace(away=False, returned=True, waited=0, consumers=_unbeaten(world))
    elif world.absences and not world.returned:
        yield Move("go away", by_itself=False), world._replace(away=True, absences=world.absences - 1)
    if world.away or all(consumer.beaten and consumer.rested < LEASE for consumer in world.consumers):
        yield Move("a quarter of a lease passes"), _later(world)
    for number, consumer in enumerate(world.consumers if not world.away else ()):
        if not consumer.beaten:
            yield Move("beat", (number,)), _beat(setting, world, number)
        if consumer.rested:
            yield Move("exchange", (number,)), _exchange(setting, world, number)


def _unbeaten(world: World) -> tuple[Consumer, ...]:
    return tuple(consumer._replace(beaten=False) for consumer in world.consumers)


def _later(world: World) -> World:
    consumers = tuple(
        consumer._replace(beaten=False, rested=min(consumer.rested + 1, LEASE), lease=_shorter(consumer.lease))
        for consumer in world.consumers
    )
    return world._replace(
        consumers=consumers,
        orphan=_shorter(world.orphan),
        silence=min(world.silence + 1, HALF + 1),
        grace=max(world.grace - 1, 0),
        waited=world.waited + 1 if world.orphan == 0 and not world.away else world.waited,
    )


def _shorter(lease: int | None) -> int | None:
    return max(lease - 1, 0) if lease is not None else None


def _beat(setting: Setting, world: World, number: int) -> World:
    lease = world.consumers[number].lease
    kept = lease if lease is None else LEASE
    world = world.with_consumer(number, world.consumers[number]._replace(beaten=True, lease=kept))
    world = world._replace(returned=world.returned and not all(other.beaten for other in world.consumers))
    return _heard(setting, world) if setting.rules.beats_measure_silence else world


def _heard(setting: Setting, world: World) -> World:
    """Take a sign of life: after a silence of the store it begins a time of grace."""
    rules = setting.rules
    begins = rules.grants_grace and (world.silence > HALF or not rules.only_silence_grants_it)
    return world._replace(silence=0, grace=LEASE if begins else world.grace)


def _exchange(setting: Setting, world: World, number: int) -> World:
    world = world.with_consumer(number, world.consumers[number]._replace(rested=0))
    if not setting.rules.beats_measure_silence:
        world = _heard(setting, world)
    if world.grace or (world.silence > HALF and setting.rules.waits_for_a_beat):
        return world
    return _reclaimed(world)


def _reclaimed(world: World) -> World:
    consumers = tuple(
        consumer._replace(lease=None) if consumer.lease == 0 else consumer for consumer in world.consumers
    )
    return world._replace(consumers=consumers, orphan=world.orphan or None)
