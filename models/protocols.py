"""Every model, and every mutant of each."""

from typing import Any, Final

from models.checker import Model
from models.grace import mutants as grace_mutants
from models.grace import rules as grace_settings
from models.grace.model import Grace
from models.lifecycle import mutants as lifecycle_mutants
from models.lifecycle import settings as lifecycle_settings
from models.lifecycle.model import Lifecycle
from models.mutant import Mutant

MODELS: Final[tuple[Model[Any], ...]] = (
    *map(Lifecycle, lifecycle_settings.SETTINGS),
    *map(Grace, grace_settings.SETTINGS),
)
MUTANTS: Final[tuple[Mutant, ...]] = (*lifecycle_mutants.MUTANTS, *grace_mutants.MUTANTS)
