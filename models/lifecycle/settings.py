"""The settings in which the lifecycle is looked at: few jobs and few faults, each for a part of the promises."""

from typing import Final

from models.lifecycle.rules import Kind, Setting

LIFE: Final = Setting(
    name="life",
    jobs=(Kind(delayed=True),),
    outcomes=frozenset({"succeeded", "failed", "snoozed", "released"}),
    generations=1,
    cancels=True,
    forgets=True,
)
DISK: Final = Setting(
    name="disk",
    jobs=(Kind(), Kind(follows=0)),
    outcomes=frozenset({"succeeded", "released"}),
    rollbacks=1,
)
MEMORY: Final = Setting(
    name="memory",
    jobs=(Kind(),),
    waits_for_disk=False,
    rollbacks=1,
)
UNIQUE: Final = Setting(
    name="unique",
    jobs=(Kind(unique=True), Kind(unique=True)),
    workers=1,
    crashes=0,
    attempts=1,
    losses=2,
    generations=1,
    cancels=True,
)
QUARANTINE: Final = Setting(
    name="quarantine",
    jobs=(Kind(), Kind(pill=True)),
    capacity=2,
    outcomes=frozenset({"succeeded"}),
    kills=1,
    expires=False,
    losses=4,
)
SETTINGS: Final = (LIFE, DISK, MEMORY, UNIQUE, QUARANTINE)
