"""How a failed attempt is written down."""

import json
import traceback
from pathlib import Path
from types import TracebackType
from typing import Final

from jobdefs.record import JobError

_MESSAGE_CHARACTERS: Final = 4_000
_TRACEBACK_CHARACTERS: Final = 16_000
_OWN_FOLDER: Final = str(Path(__file__).parent)
_OWN_HANDLERS: Final = str(Path(__file__).parent / "handlers")


def describe(error: BaseException) -> JobError:
    """Return an error's type, message and traceback, without the frames of this package and within bounds."""
    lines = "".join(traceback.format_exception(type(error), error, trimmed(error.__traceback__)))
    return JobError(type_name(error), str(error)[:_MESSAGE_CHARACTERS], lines[-_TRACEBACK_CHARACTERS:])


def type_name(error: BaseException) -> str:
    """Return the name of an error's class with its module, without the module where it is built in."""
    cls = type(error)
    return cls.__qualname__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__qualname__}"


def write(error: JobError) -> bytes:
    """Return an error as the JSON text that the store keeps."""
    fields = {"type": error.type, "message": error.message, "traceback": error.traceback}
    return json.dumps(fields, ensure_ascii=True).encode()


def trimmed(trace: TracebackType | None) -> TracebackType | None:
    """Return a traceback that begins in the handler: the frames above it are this package's own."""
    while trace is not None and _is_own(trace.tb_frame.f_code.co_filename):
        trace = trace.tb_next
    return trace


def _is_own(file: str) -> bool:
    return file.startswith(_OWN_FOLDER) and not file.startswith(_OWN_HANDLERS)
