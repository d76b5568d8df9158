"""Grace as a model to be checked, and what must hold in it."""

from collections.abc import Iterator
from enum import StrEnum

import attrs

from models.checker import Move
from models.grace.moves import Step, moves
from models.grace.rules import Setting
from models.grace.state import LEASE, LONGEST_WAIT, Consumer, World


class Promise(StrEnum):
    """What is promised; the value is what a broken one is called."""

    LIVING = "a store that was silent takes no lease of the living"
    DEAD = "a lease of the dead is taken in time"


@attrs.frozen
class Grace:
    """Leases of the living and the dead in one setting."""

    setting: Setting

    @property
    def name(self) -> str:
        """What the setting is called."""
        return self.setting.name

    def first(self) -> World:
        """Return a store that was heard a moment ago, and leases that have just begun."""
        first, *others = (Consumer() for _ in range(self.setting.consumers))
        lease = LEASE if self.setting.works else None
        return World((first._replace(lease=lease), *others), absences=self.setting.absences)

    def moves(self, world: World) -> Iterator[Step]:
        """Yield everything that can happen."""
        return moves(self.setting, world)

    def canonical(self, world: World) -> World:
        """Return the world itself: consumers differ by more than their names."""
        return world

    def broken_by(self, before: World, _move: Move, after: World) -> Promise | None:
        """Return the promise that a move breaks, None if it breaks none."""
        pairs = zip(before.consumers, after.consumers, strict=True)
        taken = any(was.lease is not None and now.lease is None for was, now in pairs)
        return Promise.LIVING if taken else None

    def broken_in(self, world: World) -> Promise | None:
        """Return the promise that does not hold at a moment, None if all do."""
        return Promise.DEAD if world.waited > LONGEST_WAIT else None

    def open(self, world: World) -> bool:
        """Whether the dead one's lease is still there."""
        return world.orphan is not None
