"""Handles TEST_JOB."""

import attrs
from loguru import logger

from consumer.binding import handles
from jobdefs.jobs.proof import TEST_JOB, TestJob


@handles(TestJob)
async def test_job(job: TestJob) -> dict[str, object]:
    """Log what arrived and give it back as the result."""
    data = attrs.asdict(job)
    logger.info("{} processed successfully with data: {}", TEST_JOB, data)
    return data
