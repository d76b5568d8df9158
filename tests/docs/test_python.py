"""docs/python.md tells the whole Python API: each of its tables has the names that the code has, and no others."""

import re
from collections.abc import Iterable
from pathlib import Path

import attrs
import pytest

from consumer import JobContext
from jobdefs import Retention, RetryPolicy, Unique, errors
from jobdefs.definition import DefinitionOptions
from service.options import EnqueueOptions
from service.queue import QueueService
from service.routes import ROUTES

DOCUMENT = Path(__file__).parents[2] / "docs" / "python.md"
# The methods that one route each stands before.
BEHIND = {
    "enqueue": "enqueue",
    "get": "job",
    "page": "jobs",
    "cancel": "cancel",
    "replay": "replay",
    "queues": "queues",
    "check": "ready",
}
OF_THE_STORE = "`StoreUnavailable`, `StoreUnsuitable`, `StoreCorrupt`, `StoreError`"


def rows(head: str) -> list[list[str]]:
    """Return the cells of the table whose first heading this is."""
    (table,) = re.findall(rf"^\| {re.escape(head)} \|.*\n\|[ -|]+\n((?:\|.*\n)+)", DOCUMENT.read_text(), re.MULTILINE)
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()]


def names(cells: Iterable[str]) -> list[str]:
    """Return what stands in backticks, in order."""
    return sorted(name for cell in cells for name in re.findall(r"`(\w+)`", cell))


def public(cls: type) -> list[str]:
    """Return what a class has that does not begin with an underscore."""
    return [name for name in dir(cls) if not name.startswith("_")]


@pytest.mark.parametrize(
    ("head", "there"),
    [
        ("option of `define`", DefinitionOptions.__annotations__),
        ("field of `RetryPolicy`", [field.name for field in attrs.fields(RetryPolicy)]),
        ("field of `Retention`", [field.name for field in attrs.fields(Retention)]),
        ("field of `Unique`", [field.name for field in attrs.fields(Unique)]),
        ("field of `EnqueueOptions`", EnqueueOptions.__annotations__),
        ("member of `JobContext`", public(JobContext)),
        ("method", public(QueueService)),
    ],
)
def test_a_table_has_every_name(head: str, there: Iterable[str]) -> None:
    """Every option, field, public member and method is in its table, once, and the table has nothing else."""
    assert names(first for first, *_ in rows(head)) == sorted(there)


def test_every_error_is_told_with_its_code_and_its_place_in_the_tree() -> None:
    """Whatever this project raises on purpose stands below the class that it is derived from, with its code."""
    below = {cls: len(cls.__mro__) - len(errors.JobsError.__mro__) for cls in tree(errors.JobsError)}
    shown = [(first.count("·"), *names([first, code])) for first, code, *_ in rows("class")]

    assert sorted(shown) == sorted((depth, *sorted([cls.__name__, cls.code])) for cls, depth in below.items())


@pytest.mark.parametrize(("method", "route"), BEHIND.items())
def test_a_method_raises_what_its_route_answers(method: str, route: str) -> None:
    """What a client may get over HTTP is told of the method behind it, save for what is wrong with a body as such."""
    (told,) = [raises for name, *_, raises in rows("method") if names([name]) == [method]]
    (asked,) = [each for each in ROUTES if each.name == route]
    raised = {cls.__name__ for cls in asked.errors if issubclass(cls, errors.JobsError)} - {"InvalidBody"}

    assert raised <= set(names([told.replace("the store's", OF_THE_STORE)]))
    assert set(names([told])) <= {cls.__name__ for cls in tree(errors.JobsError)}


def tree(cls: type[errors.JobsError]) -> list[type[errors.JobsError]]:
    """Return a class and all that are derived from it."""
    return [cls, *(found for child in cls.__subclasses__() for found in tree(child))]
