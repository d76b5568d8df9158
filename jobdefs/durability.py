"""How safe a job is once its enqueue has been answered: the levels, and how they are written."""

import re
from typing import Final, Self

import attrs

LEVELS: Final = "memory, disk, or replica:1 to replica:9"
PATTERN: Final = re.compile(r"memory|disk|replica:[1-9]")


@attrs.frozen
class Durability:
    """A level; as text it is ``memory``, ``disk`` or ``replica:n``.

    ``disk``: the job outlives a loss of power. ``replicas``: how many other servers have it in their memory, too.
    """

    disk: bool = False
    replicas: int = 0

    @classmethod
    def read(cls, text: str) -> Self:
        """Read the written form; raises ValueError with words to follow the text."""
        if not PATTERN.fullmatch(text):
            message = f"is none of {LEVELS}"
            raise ValueError(message)
        word, _, count = text.partition(":")
        return cls(disk=word == "disk", replicas=int(count or 0))

    def __str__(self) -> str:
        """Return the written form."""
        return f"replica:{self.replicas}" if self.replicas else "disk" if self.disk else "memory"


MEMORY: Final = Durability()
DISK: Final = Durability(disk=True)
