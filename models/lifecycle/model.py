"""The lifecycle as a model to be checked."""

from collections.abc import Iterator

import attrs

from models.checker import Move
from models.lifecycle import properties
from models.lifecycle.faults import faults
from models.lifecycle.moves import moves
from models.lifecycle.rules import Setting
from models.lifecycle.state import ASKING, READY, RUNNING, SCHEDULED, SUSPECT, Job, Store, Worker, World
from models.lifecycle.symmetry import canonical
from models.lifecycle.workers import Step


@attrs.frozen
class Lifecycle:
    """The life of some jobs in one setting."""

    setting: Setting

    @property
    def name(self) -> str:
        """What the setting is called."""
        return self.setting.name

    def first(self) -> World:
        """Return an empty store, idle workers, and clients who want to put their jobs in."""
        setting, store = self.setting, Store(jobs=(Job(),) * len(self.setting.jobs))
        faults_left = setting.crashes, setting.rollbacks, setting.kills
        return World(store, store, (Worker(),) * setting.workers, (ASKING,) * len(setting.jobs), *faults_left)

    def moves(self, world: World) -> Iterator[Step]:
        """Yield everything that can happen."""
        yield from moves(self.setting, world)
        yield from faults(self.setting, world)

    def canonical(self, world: World) -> World:
        """Return the world that stands for all those that differ by names only."""
        return canonical(self.setting, world)

    def broken_by(self, before: World, move: Move, after: World) -> str | None:
        """Return the promise that a move breaks, None if it breaks none."""
        return properties.broken_by(self.setting, before, move, after)

    def broken_in(self, world: World) -> str | None:
        """Return the promise that does not hold at a moment, None if all do."""
        return properties.broken_in(self.setting, world)

    def open(self, world: World) -> bool:
        """Whether a job is there that has neither ended nor waits for a person."""
        return any(job.state in (SCHEDULED, READY, RUNNING, SUSPECT) for job in world.store.jobs)
