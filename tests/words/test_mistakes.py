"""Mistakes that people make in a module of definitions: each gets one line that says what is wrong, and where."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jobdefs import load_catalog
from jobdefs.definition import Definition, DefinitionOptions
from jobdefs.errors import DefinitionError

MODULE = """\
from dataclasses import dataclass
from datetime import timedelta
import attrs
from jobdefs import Retention, RetryPolicy, Unique, define

{source}
"""

CLASS = "@define({arguments})\n@attrs.frozen\nclass Email:\n    to: str = ''\n"

Told = Callable[[str], str]


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    """Load a module with this source, and return what is said against it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))

    def load(source: str) -> str:
        (tmp_path / "mistaken.py").write_text(MODULE.format(source=source))
        with pytest.raises(DefinitionError) as caught:
            load_catalog("mistaken")
        return str(caught.value)

    yield load
    sys.modules.pop("mistaken", None)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ("'no name'", "definition 'no name': a job name starts with a letter and has at most 64 of A-Z a-z 0-9 _ . -"),
        ("5", "definition 5: name is 5, and must be a string"),
        ("'A', queue='Mail'", "definition 'A': queue 'Mail' must be lower case: a-z 0-9 first, then also _ . -"),
        ("'A', queue=5", "definition 'A': queue is 5, and must be a string"),
        ("'A', priority=10", "definition 'A': priority 10 is not between 0 and 9"),
        ("'A', priority=True", "definition 'A': priority is True, and must be an integer"),
        ("'A', timeout=5", "definition 'A': timeout is 5, and must be a timedelta, for example timedelta(seconds=30)"),
        ("'A', timeout=timedelta(-1)", "definition 'A': timeout must be longer than nothing"),
        ("'A', retry=3", "definition 'A': retry is 3, and must be a RetryPolicy"),
        ("'A', retry=RetryPolicy(attempts=0)", "retry policy: attempts must be at least 1"),
        ("'A', retry=RetryPolicy(attempts='3')", "retry policy: attempts is '3', and must be an integer"),
        ("'A', retry=RetryPolicy(attempts=True)", "retry policy: attempts is True, and must be an integer"),
        ("'A', retry=RetryPolicy(first_delay=5)", "retry policy: first_delay is 5, and must be a timedelta, for"),
        ("'A', retry=RetryPolicy(max_delay=None)", "retry policy: max_delay is None, and must be a timedelta, for"),
        ("'A', retry=RetryPolicy(factor='2')", "retry policy: factor is '2', and must be a number"),
        ("'A', retry=RetryPolicy(factor=float('nan'))", "retry policy: factor must be at least 1"),
        ("'A', retry=RetryPolicy(jitter=None)", "retry policy: jitter is None, and must be a number"),
        (
            "'A', retry=RetryPolicy(never_for=ValueError)",
            "retry policy: never_for is <class 'ValueError'>, and must be a tuple of exceptions, for example (Value",
        ),
        (
            "'A', retry=RetryPolicy(never_for=(5,))",
            "retry policy: never_for is (5,), and must be a tuple of exceptions",
        ),
        ("'A', retention=5", "definition 'A': retention is 5, and must be a Retention"),
        ("'A', retention=Retention(dead=5)", "retention: dead is 5, and must be a timedelta, for example"),
        ("'A', retention=Retention(dead=None)", "retention: dead is None, and must be a timedelta, for example"),
        ("'A', unique=True", "definition 'A': unique is True, and must be a Unique"),
        ("'A', unique=Unique(key=('at',))", "definition 'A': unique: Email has no field 'at'; it has to"),
        ("'A', unique=Unique(until='never')", "unique: until is 'never', and must be started or finished or a"),
        ("'A', description=5", "definition 'A': description is 5, and must be a string"),
        ("'A', priorty=1", "definition 'A': unknown option 'priorty', did you mean 'priority'?"),
    ],
)
def test_a_wrong_argument_is_told_with_its_line(told: Told, arguments: str, reason: str) -> None:
    """What cannot be obeyed is named, with the file and the line of the decorator."""
    line = told(CLASS.format(arguments=arguments))
    assert line.startswith(reason)
    assert line.endswith("/mistaken.py, line 6)")
    assert "\n" not in line


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("@define('A')\nclass Email:\n    to: str", "'A': Email is no attrs class; put @attrs.frozen below @define ("),
        (
            "@attrs.frozen\n@define('A')\nclass Email:\n    to: str",
            "'A': Email is no attrs class; put @attrs.frozen below",
        ),
        (
            "@define('A')\n@dataclass\nclass Email:\n    to: str",
            "'A': Email is a dataclass; put @attrs.frozen in the place of @dataclass (",
        ),
        ("@define('A')\ndef email(to): ...", "'A': payload is <function email at "),
        (
            "@define\n@attrs.frozen\nclass Email: ...",
            '@define stands above Email without a name; write @define("NAME") (',
        ),
        (
            "@define('A')\n@define('B')\n@attrs.frozen\nclass Email: ...",
            "'A': mistaken.Email is defined already, as 'B'; a class stands for one job, so remove one @define (",
        ),
        (
            "@attrs.define\n@define('A')\n@attrs.define\nclass Email: ...",
            "'A': a decorator above @define made another class of mistaken.Email; put @define above all others",
        ),
        (
            "@define('A')\n@attrs.frozen\nclass One:\n    x: int\n@define('A')\n@attrs.frozen\nclass Two:\n    x: str",
            "two definitions are named 'A': mistaken.One and mistaken.Two; rename one",
        ),
    ],
)
def test_a_wrong_class_is_told(told: Told, source: str, reason: str) -> None:
    """Classes that are no payload, decorators out of order and names that are taken are told in a line."""
    line = told(source)
    assert line.removeprefix("definition ").startswith(reason)
    assert "\n" not in line


def test_the_line_of_a_module_that_another_one_imports_is_told(told: Told, tmp_path: Path) -> None:
    """The line to mend is told, and not the one that led to it."""
    (tmp_path / "mistaken_too.py").write_text(MODULE.format(source=CLASS.format(arguments="'no name'")))
    assert told("import mistaken_too").endswith("/mistaken_too.py, line 6)")


def test_type_checkers_know_all_options() -> None:
    """What @define can be given is what a definition has."""
    fields = [field for field in Definition.__annotations__ if field not in ("name", "payload")]
    assert list(DefinitionOptions.__annotations__) == fields
