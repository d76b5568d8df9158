"""How large a storm is."""

from typing import Self

import attrs

from faults.server import Kind


@attrs.frozen(kw_only=True)
class Plan:
    """The full size. Slow sockets last until the service has hung up on all, or at most ``slow_s``."""

    seed: int
    server: Kind = "redis"
    shots: int = 4_000
    sockets: int = 500
    slow_s: float = 150.0
    to_the_end: bool = True
    key_types: int | None = None
    rounds: int = 1

    @classmethod
    def quick(cls, seed: int) -> Self:
        """Return the size for the test suite."""
        return cls(seed=seed, shots=300, sockets=100, slow_s=3.0, to_the_end=False, key_types=8)
