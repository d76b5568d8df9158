"""Why a value that one schema accepts may be refused by another one."""

from collections.abc import Iterable
from enum import Enum

import attrs


class Kind(Enum):
    """What is refused, as far as the mend depends on it."""

    MISSING = "a member that may be left out is required"
    UNKNOWN = "a member is not known"
    VALUE = "a value does not fit"


@attrs.frozen
class Refusal:
    """Where below a value (``.items[*].qty``) and why. ``certain`` is false where nobody can tell without a value."""

    path: str
    reason: str
    kind: Kind = Kind.VALUE
    certain: bool = True


def below(step: str, refusals: Iterable[Refusal]) -> list[Refusal]:
    """Return the refusals as seen from one level up."""
    return [attrs.evolve(refusal, path=step + refusal.path) for refusal in refusals]
