"""Mistakes of tests that use the plugin's fixtures."""

from consumer.testing import Jobs, SyncJobs
from tests.typing.accepts.definitions import Plain, SendEmail


async def awaiting(jobs: Jobs) -> None:
    emails: list[Plain] = jobs.enqueued(SendEmail)  # rejected
    jobs.enqueued("SEND_EMAIL")  # rejected
    jobs.enqueued(SendEmail)[0].size  # rejected  # noqa: B018 - the mistake
    jobs.advance(5)  # rejected
    await jobs.run("SEND_EMAIL")  # rejected
    await jobs.run(SendEmail)  # rejected
    emails.clear()


def plain(jobs: SyncJobs) -> None:
    jobs.enqueue({"to": "a@b"})  # rejected
    jobs.run(SendEmail(to="a@b"))  # rejected
