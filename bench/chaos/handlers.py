"""What the jobs of the proof do, by JOBS_HANDLERS: they write down when they begin and when they end."""

import asyncio
import ctypes
import os
import signal
import time
from typing import NoReturn

from bench.chaos.book import Book
from bench.chaos.work import AsyncWork, Pill, Work
from consumer import JobContext, handles

_EXIT_CODE = 9
_MUCH = 150 * 1024 * 1024


@handles(Work)
def work(job: Work, context: JobContext) -> None:
    book = _begin(job, context)
    time.sleep(job.nap_ms / 1000)
    _end(book, job, context, AsyncWork)


@handles(AsyncWork)
async def async_work(job: AsyncWork, context: JobContext) -> None:
    book = _begin(job, context)
    await asyncio.sleep(job.nap_ms / 1000)
    _end(book, job, context, Work)


def _begin(job: Work, context: JobContext) -> Book:
    book = Book.of_this_process()
    book.write("start", context.id, job.follows or "-")
    return book


def _end(book: Book, job: Work, context: JobContext, other: type[Work]) -> None:
    if context.attempt <= job.failures:
        book.write("fail", context.id)
        raise ValueError("not yet")
    if job.leads:
        context.enqueue(other(follows=context.id))
    book.write("end", context.id)


@handles(Pill)
def poison(job: Pill, context: JobContext) -> NoReturn:
    Book.of_this_process().write("start", context.id)
    if job.way == "segv":
        ctypes.string_at(0)
    if job.way == "memory":
        eaten = bytearray(os.urandom(1024)) * (_MUCH // 1024)
        # What the kernel does to whoever has eaten too much of it.
        os.kill(os.getpid(), signal.SIGKILL)
        del eaten
    os._exit(_EXIT_CODE)
