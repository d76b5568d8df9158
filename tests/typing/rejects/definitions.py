"""Mistakes in definitions and payloads."""

import attrs

from jobdefs import RetryPolicy, define
from tests.typing.accepts.definitions import SendEmail


@define("A", queue=5)  # rejected
@attrs.frozen
class NumberedQueue:
    number: int


@define("B", priorty=1)  # rejected
@attrs.frozen
class Misspelt:
    number: int


@define("C", retry=3)  # rejected
@attrs.frozen
class NumberOfTries:
    number: int


@define(7)  # rejected
@attrs.frozen
class NamedByNumber:
    number: int


def payloads() -> None:
    SendEmail(to="ada@example.org", subject=5)  # rejected
    SendEmail(to="ada@example.org")  # rejected
    SendEmail(to="ada@example.org", subject="Hello", colour="red")  # rejected
    SendEmail(to="ada@example.org", subject="Hello").size  # rejected  # noqa: B018 - the mistake
    RetryPolicy(attempts="3")  # rejected
