"""Mistakes in handlers."""

from consumer import JobContext, handles
from tests.typing.accepts.definitions import Plain, SendEmail
from tests.typing.accepts.handlers import send_email


@handles(SendEmail)  # rejected
def for_another_class(job: Plain) -> None: ...


@handles(SendEmail)  # rejected
async def for_another_class_on_the_loop(job: Plain, context: JobContext) -> None: ...


@handles(SendEmail)  # rejected
def with_three_arguments(job: SendEmail, context: JobContext, more: int) -> None: ...


@handles(SendEmail)  # rejected
def without_arguments() -> None: ...


@handles("SEND_EMAIL")  # rejected
def by_name(job: SendEmail) -> None: ...


def follow_ups(context: JobContext) -> None:
    context.enqueue("SEND_EMAIL")  # rejected
    context.enqueue({"to": "a@b", "subject": "s"})  # rejected
    context.enqueue(SendEmail)  # rejected
    context.enqueue(SendEmail(to="a@b", subject="s"), delay=5)  # rejected


async def called_by_a_test() -> None:
    await send_email(Plain())  # rejected
    await send_email({"to": "a@b", "subject": "s"})  # rejected
