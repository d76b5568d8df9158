"""Errors: one tree, drawn as it is, and a stable code for each."""

import inspect
from datetime import timedelta

import pytest

from jobdefs import errors
from jobdefs.errors import Fault


def tree(cls):
    return [cls, *(found for child in cls.__subclasses__() for found in tree(child))]


HERE = [cls for cls in tree(errors.JobsError) if cls.__module__ == errors.__name__]


def test_the_tree_is_drawn_as_it_is():
    """The picture at the head of the module names every error, and nothing else."""
    drawn = [line.lstrip(" │├└─").split()[0] for line in (errors.__doc__ or "").splitlines() if line[:4] == "    "]
    assert sorted(drawn) == sorted([cls.__name__ for cls in HERE] + ["NotRetryable,"])


def test_every_code_is_its_own():
    """No two errors share a code, so that clients can compare codes."""
    codes = [vars(cls)["code"] for cls in HERE]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (errors.UnknownJob("A"), "No job is named 'A'. Is its module named in JOBS_MODULES?"),
        (errors.UnknownJob("A", ("B", "C")), "No job is named 'A'. Did you mean B or C?"),
        (errors.InvalidBody("it is empty"), "The body cannot be accepted: it is empty."),
        (errors.InvalidBody("it is empty", what="payload"), "The payload cannot be accepted: it is empty."),
        (
            errors.InvalidPayload("A", (Fault("$.x", "is required"), Fault("$.y", "unknown field"))),
            "The payload does not fit A: $.x: is required; $.y: unknown field.",
        ),
        (
            errors.InvalidPayload("A", (Fault("$.x", "is required"),), upgrade=(1, 3)),
            "The payload, upgraded from version 1 to 3, does not fit A: $.x: is required.",
        ),
        (
            errors.NewerPayload("A", 3, 2),
            (
                "The payload has version 3 of A, and this program knows version 2; deploy a consumer that knows "
                "version 3, which then gets the job."
            ),
        ),
        (
            errors.UpgradeFailed("A", 2, "shop.jobs.add", "raised KeyError: 'x'"),
            (
                "The payload of A cannot be upgraded from version 2 to 3: shop.jobs.add raised KeyError: 'x'; deploy "
                "a consumer with a mended upgrade, which then gets the job."
            ),
        ),
        (errors.InvalidOption("delay", "must not be negative"), "delay: must not be negative."),
        (errors.TooLarge("payload", 262_145, 262_144), "The payload has 262,145 bytes; the limit is 262,144."),
        (errors.JobNotFound("a"), "No job has the id 'a'; it never existed, or its retention has ended."),
        (
            errors.WrongState("a", "replay", "running", ("dead", "expired")),
            "Job a is running; replay works only while it is dead or expired.",
        ),
        (
            errors.DuplicateJob("order 7", "a"),
            "The unique key 'order 7' is held by job a; wait until that job lets go of it.",
        ),
        (
            errors.DuplicateJob("", "a"),
            "Its unique key is held by job a; wait until that job lets go of it.",
        ),
        (
            errors.IdempotencyConflict("a"),
            (
                "Job a was enqueued with this id or idempotency key, but by another request; send the same request "
                "again, or choose a new key."
            ),
        ),
        (
            errors.UnwritableResult("Queue has no written form"),
            "The result cannot be written as JSON: Queue has no written form. Return plain JSON or an attrs object.",
        ),
        (errors.LockError("a.json", "it is no JSON"), "a.json: it is no JSON."),
        (errors.Snooze(timedelta(minutes=1)), "snoozed for 60 s"),
    ],
)
def test_every_error_speaks_in_a_sentence(error, text):
    """The text is fit to be shown to a person."""
    assert str(error) == text


def test_every_error_says_when_it_happens():
    """Each class has a docstring."""
    assert all(inspect.getdoc(cls) for cls in HERE)
