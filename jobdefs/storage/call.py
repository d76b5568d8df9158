"""One request to the store, built and parsed without any I/O."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import attrs

from jobdefs.storage.scripts import Script

R = TypeVar("R")

Argument = str | bytes | int


@attrs.frozen
class Call(Generic[R]):
    """A script with its keys and arguments, and how its reply is read.

    A driver sends it and returns ``parse(reply)``. Every script is safe to send twice, so a driver may repeat a call
    whose reply was lost.
    """

    script: Script
    keys: tuple[str, ...]
    args: tuple[Argument, ...]
    parse: Callable[[Any], R]
