"""A bug that is put into a model on purpose, to see whether it is noticed."""

from typing import Any

import attrs

from models.checker import Model


@attrs.frozen
class Mutant:
    """A bug: what is wrong, the model that has it, and which promise it must break there."""

    bug: str
    model: Model[Any]
    breaks: str
