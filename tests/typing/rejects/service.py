"""Mistakes of an application that enqueues."""

import service
from tests.typing.accepts.definitions import SendEmail


async def enqueue(queue: service.QueueService) -> None:
    email = SendEmail(to="a@b", subject="s")
    await queue.enqueue("SEND_EMAIL")  # rejected
    await queue.enqueue("SEND_EMAIL", email)  # rejected
    await queue.enqueue("SEND_EMAIL", [("to", "a@b")])  # rejected
    await queue.enqueue(SendEmail, {"to": "a@b"})  # rejected
    await queue.enqueue(SendEmail)  # rejected
    await queue.enqueue({"to": "a@b", "subject": "s"})  # rejected
    await queue.enqueue(5)  # rejected
    await queue.enqueue(email, delay=5)  # rejected
    await queue.enqueue(email, dely=5)  # rejected
    await queue.enqueue(email, on_conflict="ignore")  # rejected
    await queue.enqueue_many([email])  # rejected
    service.EnqueueRequest(5)  # rejected
