"""Definitions: what can be said of a job, and how what cannot work is refused."""

from datetime import timedelta
from typing import Any

import attrs
import pytest

from jobdefs import DEFAULT_QUEUE, TEST_JOB, Definition, RetryPolicy, TestJob, define, definition_of
from jobdefs.errors import DefinitionError
from tests.support.definitions import defined


@attrs.frozen
class Plain:
    """Has a docstring."""


def test_test_job_is_defined_on_the_default_queue():
    """The proof of concept has its name, its queue and three attempts."""
    definition = defined(TestJob)
    assert (definition.name, definition.queue, definition.retry.attempts) == (TEST_JOB, DEFAULT_QUEUE, 3)
    assert definition_of(TestJob("hello")) is definition
    assert definition.place == "jobdefs.jobs.proof.TestJob"


def test_define_leaves_the_class_as_it_was():
    """The decorator gives the class back, and takes its docstring for the description."""
    cls = attrs.make_class("Mail", {"to": attrs.field(type=str)}, frozen=True)
    cls.__doc__ = "Sends\n    a mail.\n    "
    assert define("MAIL", queue="mail", priority=9)(cls) is cls
    definition = defined(cls)
    assert (definition.queue, definition.priority, definition.description) == ("mail", 9, "Sends\na mail.")


def test_a_subclass_is_no_job_by_inheritance():
    """A name stands for exactly one class."""

    @attrs.frozen
    class More(TestJob):
        more: int = 0

    assert definition_of(More) is None
    assert definition_of(5) is None


@pytest.mark.parametrize("name", ["", "1A", "a b", "ä", "a" * 65, "a\n"])
def test_a_bad_name_is_refused(name):
    """A name starts with a letter and has at most 64 of a few characters."""
    with pytest.raises(DefinitionError, match="a job name starts with a letter and has at most 64"):
        Definition(name=name, payload=Plain)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"payload": int}, "int is no attrs class; put @attrs.frozen below @define"),
        ({"queue": "Mail"}, "queue 'Mail' must be lower case"),
        ({"queue": "a" * 65}, "must be lower case"),
        ({"priority": 10}, "priority 10 is not between 0 and 9"),
        ({"priority": -1}, "priority -1 is not between 0 and 9"),
        ({"timeout": timedelta(0)}, "timeout must be longer than nothing"),
        ({"timeout": 5}, "timeout is 5, and must be a timedelta"),
        ({"retry": 3}, "retry is 3, and must be a RetryPolicy"),
        ({"priority": "9"}, "priority is '9', and must be an integer"),
        ({"examples": {"to": "ann"}}, "examples is {'to': 'ann'}, and must be a list of payloads as in JSON"),
        ({"unique": True}, "unique is True, and must be a Unique"),
        ({"version": 0}, "version is 0, and must be an integer from 1 to 9999"),
        ({"version": 10_000}, "version is 10000, and must be an integer from 1 to 9999"),
        ({"version": True}, "version is True, and must be an integer from 1 to 9999"),
        ({"version": "2"}, "version is '2', and must be an integer from 1 to 9999"),
    ],
)
def test_what_could_not_be_obeyed_is_refused(options, reason):
    """The error names the definition and what is wrong with it."""
    with pytest.raises(DefinitionError) as caught:
        Definition(**{"name": "X", "payload": Plain} | options)
    assert str(caught.value).startswith("definition 'X': ")
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("option", "hint"),
    [
        ("priorty", "did you mean 'priority'?"),
        ("zzz", "there are version, queue, priority, retry, timeout, retention, unique, description, examples"),
    ],
)
def test_an_unknown_option_is_refused_with_a_hint(option, hint):
    """A misspelt option is named, with the one that was meant, or with all there are."""
    with pytest.raises(DefinitionError) as caught:
        define("X", **dict[str, Any]({option: 1}))
    assert f"unknown option {option!r}" in str(caught.value)
    assert hint in str(caught.value)


@pytest.mark.parametrize("retry", [RetryPolicy(attempts=1), RetryPolicy(factor=1.0, jitter=0.0)])
def test_a_retry_policy_of_its_own_is_kept(retry):
    """A definition carries its own policy."""
    assert Definition(name="X", payload=Plain, retry=retry).retry is retry
