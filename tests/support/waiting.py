"""Waiting for what takes time: the only place in the tests that sleeps."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
_PAUSE_S = 0.01


def eventually(condition: Callable[[], T], timeout: float = 10, what: str = "the condition") -> T:
    """Return the condition's first true value; fail after ``timeout`` seconds."""
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come true within {timeout:g} s; last seen: {value!r}")
        time.sleep(_PAUSE_S)
    return value


async def eventually_async(
    condition: Callable[[], Awaitable[T]],
    timeout: float = 10,  # noqa: ASYNC109 - named as in its twin; it bounds the polling, not one await
    what: str = "the condition",
) -> T:
    """Return the first true value that the condition's awaitable gives; fail after ``timeout`` seconds."""
    deadline = time.monotonic() + timeout
    while not (value := await condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come true within {timeout:g} s; last seen: {value!r}")
        await asyncio.sleep(_PAUSE_S)
    return value


async def turn() -> None:
    """Let the event loop turn once."""
    await asyncio.sleep(0)
