"""How tests use the plugin's fixtures."""

from datetime import timedelta

from consumer.testing import Jobs, SyncJobs
from jobdefs import State
from tests.typing.accepts.definitions import SendEmail


async def awaiting(jobs: Jobs) -> bool:
    emails: list[SendEmail] = jobs.enqueued(SendEmail)
    jobs.advance(timedelta(minutes=5))
    result = await jobs.run(SendEmail(to="a@b", subject="s"), attempt=2)
    return result == {} and emails[0].to == "a@b" and [job.state for job in await jobs.drain()] == [State.SUCCEEDED]


def plain(jobs: SyncJobs) -> bool:
    job_id: str = jobs.enqueue(SendEmail(to="a@b", subject="s"), delay=timedelta(minutes=5))
    return [job.id for job in jobs.drain()] == [job_id] and jobs.run(SendEmail(to="a@b", subject="s")) == {}
