"""The environment of a test: where the programs under test find the server, and what they know."""

import itertools
import os
from collections.abc import Mapping, Sequence
from typing import Final

import pytest

_NUMBERS: Final = itertools.count(1)


def surround(monkeypatch: pytest.MonkeyPatch, url: str, marks: Sequence[Mapping[str, str]]) -> None:
    """Lead whoever reads the settings to this server, in a namespace that no other test has.

    ``marks`` are the arguments of the marker, whose modules are added to those that the environment names.
    """
    monkeypatch.setenv("REDIS_URL", url)
    monkeypatch.setenv("JOBS_NAMESPACE", f"test-{os.getpid()}-{next(_NUMBERS)}")
    for argument in ("modules", "handlers"):
        variable = f"JOBS_{argument.upper()}"
        named = [os.environ.get(variable, ""), *(mark.get(argument, "") for mark in marks)]
        # Of two that are the same, both could be loaded; the list is shown in messages.
        monkeypatch.setenv(variable, ",".join(dict.fromkeys(filter(None, named))))
