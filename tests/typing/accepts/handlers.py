"""What handlers may look like."""

from datetime import timedelta

from consumer import JobContext, handles
from jobdefs import NotRetryable, Snooze
from tests.typing.accepts.definitions import Plain, SendEmail


@handles(SendEmail)
async def send_email(job: SendEmail) -> dict[str, str]:
    return {"sent_to": job.to}


@handles(Plain)
def count(job: Plain, context: JobContext) -> int:
    if context.should_stop:
        raise Snooze(timedelta(seconds=1))
    if context.attempt > job.number:
        raise NotRetryable(context.idempotency_key)
    follow_up: str = context.enqueue(SendEmail(to="a@b", subject="s"), delay=timedelta(minutes=5))
    return len(follow_up)


async def called_by_a_test() -> str:
    answer = await send_email(SendEmail(to="a@b", subject="s"))
    return answer["sent_to"]
