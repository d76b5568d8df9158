"""Everything that is to be known at one moment, all times in quarters of a lease and relative to now."""

from typing import Final, NamedTuple

LEASE: Final = 4
HALF: Final = LEASE // 2
# Grace, begun by the first beat, and the longest pause between two exchanges.
LONGEST_WAIT: Final = 2 * LEASE


class Consumer(NamedTuple):
    """One that lives: whether it has beaten in this quarter, and how long ago its last exchange was.

    ``lease`` is how long its lease goes on, 0 once it has ended, None where it has none.
    """

    beaten: bool = False
    rested: int = 0
    lease: int | None = None


class World(NamedTuple):
    """One moment; ``orphan`` is the lease of a consumer that is dead, as those of the living are.

    ``silence`` is how long ago the last beat was, ``grace`` how long nothing will be reclaimed; ``waited``, how long
    the orphan's lease has ended at a store that is there. ``returned`` is whether that store is back, and somebody
    has not beaten since.
    """

    consumers: tuple[Consumer, ...]
    orphan: int | None = LEASE
    silence: int = 0
    grace: int = 0
    away: bool = False
    returned: bool = False
    absences: int = 0
    waited: int = 0

    def with_consumer(self, number: int, consumer: Consumer) -> "World":
        """The same with another consumer of this number."""
        return self._replace(consumers=(*self.consumers[:number], consumer, *self.consumers[number + 1 :]))
