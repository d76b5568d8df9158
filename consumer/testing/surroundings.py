"""The environment of a test: where the programs under test find the server, and what they know."""

import itertools
import os
from collections.abc import Sequence
from typing import Final

import pytest

_NUMBERS: Final = itertools.count(1)


_ARGUMENTS: Final = ("modules", "handlers")


def surround(monkeypatch: pytest.MonkeyPatch, url: str, marks: Sequence[pytest.Mark]) -> None:
    """Lead whoever reads the settings to this server, in a namespace that no other test has.

    The modules that ``marks`` name are added to those that the environment names. Fails the test for a marker that
    is written in another way.
    """
    for mark in marks:
        _check(mark)
    monkeypatch.setenv("REDIS_URL", url)
    monkeypatch.setenv("JOBS_NAMESPACE", f"test-{os.getpid()}-{next(_NUMBERS)}")
    for argument in _ARGUMENTS:
        variable = f"JOBS_{argument.upper()}"
        named = [os.environ.get(variable, ""), *(mark.kwargs.get(argument, "") for mark in marks)]
        # Of two that are the same, both could be loaded; the list is shown in messages.
        monkeypatch.setenv(variable, ",".join(dict.fromkeys(filter(None, named))))


def _check(mark: pytest.Mark) -> None:
    if not mark.args and all(name in _ARGUMENTS and isinstance(value, str) for name, value in mark.kwargs.items()):
        return
    given = ", ".join([*map(repr, mark.args), *(f"{name}={value!r}" for name, value in mark.kwargs.items())])
    expected = 'modules="myapp.jobs,myapp.mail", handlers="myapp.handlers"'
    pytest.fail(f"the marker jobs({given}) cannot be read; expected jobs({expected})", pytrace=False)
