"""What a definition may look like."""

from datetime import timedelta
from typing import Annotated

import attrs
from annotated_types import MaxLen

from jobdefs import Retention, RetryPolicy, Unique, define


@define("PLAIN")
@attrs.frozen
class Plain:
    number: int = 0


@define(
    "SEND_EMAIL",
    queue="mail",
    priority=5,
    timeout=timedelta(seconds=30),
    retry=RetryPolicy(attempts=5, never_for=(ValueError,)),
    retention=Retention(dead=timedelta(days=1)),
    unique=Unique(key=("to",), until="started"),
    description="Sends one email.",
)
@attrs.frozen
class SendEmail:
    to: str
    subject: Annotated[str, MaxLen(200)]
    copies: int = 1


def decorated_class_is_itself() -> str:
    email: SendEmail = SendEmail(to="ada@example.org", subject="Hello", copies=2)
    kind: type[SendEmail] = SendEmail
    return email.subject + kind(to=email.to, subject="again").subject
