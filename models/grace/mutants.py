"""Bugs of grace that are put in on purpose, and the promise that each must break."""

from typing import Final

import attrs

from models.grace.model import Grace, Promise
from models.grace.rules import LONE_IDLE, ONE_WORKS, Rules, Setting
from models.mutant import Mutant


def _without(rule: str, bug: str, setting: Setting, breaks: Promise) -> Mutant:
    """Return grace without one of its rules."""
    mutated = attrs.evolve(setting, name=bug, rules=Rules(**{rule: False}))
    return Mutant(bug, Grace(mutated), breaks)


MUTANTS: Final = (
    _without("grants_grace", "a silence of the store is followed by no grace", ONE_WORKS, Promise.LIVING),
    _without("waits_for_a_beat", "leases are reclaimed before anybody could beat", ONE_WORKS, Promise.LIVING),
    _without("beats_measure_silence", "silence is measured by exchanges", LONE_IDLE, Promise.DEAD),
    _without("only_silence_grants_it", "every beat begins a time of grace", LONE_IDLE, Promise.DEAD),
)
