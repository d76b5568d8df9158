"""TEST_JOB: the proof that a job travels from a service through the store to a handler."""

from typing import Annotated, Final

import attrs
from annotated_types import Len

from jobdefs.definition import define

TEST_JOB: Final = "TEST_JOB"


@define(TEST_JOB)
@attrs.frozen
class TestJob:
    """Carries a message and a number to the consumer, which logs them and returns them."""

    # pytest would otherwise collect any class whose name begins with Test.
    __test__ = False

    message: Annotated[str, Len(1, 10_000)]
    number: int = 0
