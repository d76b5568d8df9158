"""Log set-up: one line per event, as text or as JSON, through loguru; what the standard library logs joins it."""

import json
import logging
import re
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextvars import ContextVar, Token
from pathlib import Path
from typing import Any, Final, Literal, Protocol, TextIO

from loguru import logger

Format = Literal["text", "json"]

_JOB: Final = ("job_id", "job_name", "queue", "attempt")
# C0 and C1 controls, DEL, and the separators that some readers take for the end of a line.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_INDENT: Final = "\n    "


class Subject(Protocol):
    """What log lines are about."""

    @property
    def log_fields(self) -> Mapping[str, Any]:
        """The fields that its lines show."""


_subject: Final[ContextVar[Subject | None]] = ContextVar("subject", default=None)


class about:  # noqa: N801 - used as a function, in front of a block
    """A block whose lines, its callees' and its tasks' among them, show the fields of a subject.

    Unlike ``logger.contextualize`` it asks for them only when a line is written: most attempts write none.
    """

    __slots__ = ("_subject", "_token")

    def __init__(self, subject: Subject) -> None:
        self._subject = subject

    def __enter__(self) -> None:
        self._token: Token[Subject | None] = _subject.set(self._subject)

    def __exit__(self, *error: object) -> None:
        _subject.reset(self._token)


def configure(level: str = "INFO", form: Format = "text", sink: TextIO | Path | None = None) -> None:
    """Write everything from this level on to the sink (standard error if None), instead of wherever it went before.

    A line shows the job of its attempt where the fields job_id, job_name, queue and attempt are bound. What a payload
    brings into a message cannot look like a line of its own, nor steer a terminal.
    """
    logger.remove()
    logger.configure(patcher=_tell_subject)
    line = _text if form == "text" else _json
    options: dict[str, Any] = {
        "level": level,
        "format": _formatter(line),
        "colorize": False,
        "backtrace": False,
        "diagnose": False,
    }
    if isinstance(sink, Path):
        # A file that somebody rotated away is opened anew.
        options |= {"encoding": "utf-8", "watch": True}
    logger.add(sys.stderr if sink is None else sink, **options)


def intercept(*names: str, level: str = "INFO") -> None:
    """Lead the standard library's loggers of these names, and all below them, through loguru: each line once."""
    for name in names:
        for below in _existing_below(name):
            _strip(below)
            below.propagate = True
        top = logging.getLogger(name)
        _strip(top)
        top.addHandler(_Interceptor())
        top.propagate = False
        top.setLevel(logger.level(level).no)


def _tell_subject(record: Any) -> None:
    subject = _subject.get()
    if subject is not None:
        # What somebody bound himself counts for more.
        record["extra"] = {**subject.log_fields, **record["extra"]}


class _Interceptor(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        def name(made: Any) -> None:
            made["name"] = record.name

        logger.patch(name).opt(exception=record.exc_info).log(_level(record), record.getMessage())


def _level(record: logging.LogRecord) -> str | int:
    try:
        return logger.level(record.levelname).name
    except ValueError:
        return record.levelno


def _existing_below(name: str) -> Iterator[logging.Logger]:
    for known, found in list(logging.root.manager.loggerDict.items()):
        if known.startswith(f"{name}.") and isinstance(found, logging.Logger):
            yield found


def _strip(target: logging.Logger) -> None:
    for handler in list(target.handlers):
        target.removeHandler(handler)
        handler.close()


def _formatter(line: Any) -> Any:
    def shape(record: Any) -> str:
        # loguru interprets what is returned here as a template, which a message must never become.
        record["shaped"] = line(record)
        return "{shaped}\n"

    return shape


def _text(record: Any) -> str:
    job = " ".join(f"{name}={record['extra'][name]}" for name in _JOB if name in record["extra"])
    where = f" [{_one_line(job)}]" if job else ""
    when = record["time"].isoformat(" ", "milliseconds")
    trace = "".join(_INDENT + _lines(line) for line in _exception(record).splitlines())
    origin = _one_line(record["name"] or "-")
    return f"{when} {record['level'].name:<8} {origin}{where}: {_lines(record['message'])}{trace}"


def _json(record: Any) -> str:
    fields = {
        "time": record["time"].isoformat(),
        "level": record["level"].name,
        "logger": record["name"],
        "message": record["message"],
    }
    exception = {"exception": found} if (found := _exception(record)) else {}
    # The event's own fields come last in the merge, so that no extra field can replace them.
    return json.dumps(record["extra"] | exception | fields, default=str)


def _exception(record: Any) -> str:
    if record["exception"] is None:
        return ""
    return "".join(traceback.format_exception(*record["exception"]))


def _lines(text: str) -> str:
    return _CONTROL.sub(_escaped, text.rstrip("\n")).replace("\n", _INDENT)


def _one_line(text: str) -> str:
    return _lines(text).replace(_INDENT, "\\n")


def _escaped(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode("ascii")
